// @ts-check
/**
 * The house rules: which room of src/ may import from which. Read a row as "this room
 * may use those". A room that is not listed may import nothing and be imported by
 * nothing, so a new folder is shut until someone opens a door for it here.
 */
import path from "node:path";

/** @type {Record<string, { rooms: string[], packages: string[], types?: string[] }>} */
export const rooms = {
  lib: { rooms: [], packages: ["node:"] },
  policy: { rooms: ["lib"], packages: [] },
  service: { rooms: ["lib"], packages: ["node:"] },
  store: { rooms: ["lib"], packages: ["node:"] },
  attestation: { rooms: ["lib"], packages: ["node:"] },
  protocol: { rooms: ["lib", "service"], packages: ["node:"] },
  identity: { rooms: ["lib", "service"], packages: ["node:"] },

  "vault-protocol": { rooms: [], packages: [] },
  vault: { rooms: ["vault-protocol"], packages: ["node:", "@noble/"] },

  kms: {
    rooms: ["lib", "policy", "service", "store", "attestation", "vault-protocol"],
    packages: ["node:"],
    types: ["@aws-sdk/client-kms"],
  },
  // What calls the operator's PKCS#11 module: a process of its own, as the vault is.
  "pkcs11-protocol": { rooms: ["vault-protocol"], packages: [] },
  pkcs11: { rooms: ["vault-protocol", "pkcs11-protocol"], packages: ["node:"] },
  "pkcs11-client": {
    rooms: ["lib", "service", "vault-protocol", "pkcs11-protocol"],
    packages: ["node:"],
  },
  xks: { rooms: ["lib", "service"], packages: ["node:"] },
  iam: { rooms: ["lib", "policy", "service", "store"], packages: ["node:"] },
  trail: { rooms: ["lib", "service", "store"], packages: ["node:"] },

  gateway: { rooms: ["lib", "service", "protocol", "identity"], packages: ["node:"] },
  launcher: { rooms: ["lib", "store"], packages: ["node:"] },
  cli: { rooms: ["lib", "launcher"], packages: ["node:", "commander", "zod", "yaml"] },
  "server.ts": {
    rooms: [
      "lib",
      "service",
      "store",
      "attestation",
      "gateway",
      "identity",
      "kms",
      "xks",
      "pkcs11-client",
      "iam",
      "trail",
      "launcher",
    ],
    packages: ["node:", "pino"],
  },
  "main.ts": { rooms: ["server.ts", "launcher", "lib"], packages: ["node:", "pino"] },
  "testing.ts": { rooms: ["server.ts", "launcher", "lib"], packages: ["node:", "pino"] },
};

const root = path.resolve(import.meta.dirname, "../src");

/** @param {string} file */
const roomOf = (file) => path.relative(root, file).split(path.sep)[0] ?? "";

/** @param {string[]} names */
const list = (names) => names.join(", ") || "nothing";

const mayImport = {
  meta: { type: "problem", schema: [] },
  /** @param {any} context */
  create(context) {
    const file = String(context.filename);
    const here = roomOf(file);
    if (here === ".." || file.endsWith(".test.ts")) return {};
    const allowed = rooms[here] ?? { rooms: [], packages: [] };

    /** @param {any} node */
    const check = (node) => {
      const target = node.source?.value;
      if (typeof target !== "string") return;
      if (target.startsWith(".")) {
        const there = roomOf(path.resolve(path.dirname(file), target));
        if (there === here || allowed.rooms.includes(there)) return;
        context.report({
          node,
          message: `${here} may not import from ${there}, only from: ${list(allowed.rooms)}.`,
        });
        return;
      }
      const typesOnly = node.importKind === "type" || node.exportKind === "type";
      const packages = [...allowed.packages, ...(typesOnly ? (allowed.types ?? []) : [])];
      if (packages.some((name) => target.startsWith(name))) return;
      context.report({
        node,
        message: `${here} may not import ${target}, only: ${list(packages)}.`,
      });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

export default { meta: { name: "rooms" }, rules: { "may-import": mayImport } };
