/**
 * What the source of the KMS says, declaration by declaration: which others each one
 * mentions, and which errors it names. The formatter keeps every declaration of a module
 * at the beginning of a line, which is what makes so simple a reader of it sound.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Declaration {
  /** Those it mentions, as file#name. */
  readonly mentions: readonly string[];
  /** Names of exceptions that stand in it as text. */
  readonly errors: readonly string[];
}

/** By file#name, the file relative to the directory that was read. */
export type Declarations = ReadonlyMap<string, Declaration>;

interface Module {
  readonly file: string;
  readonly bodies: ReadonlyMap<string, string>;
  /** What an imported name stands for: file#name, or the file of a namespace. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Types throw nothing: what follows such a line belongs to no name. */
const beginning =
  /^(?:export )?(?:(?:async )?(?:function|const|class) (\w+)|interface|type|import)/;

/** Reads every module below a directory; tests are left out. */
export function readDeclarations(directory: string): Declarations {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const modules = files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => readModule(directory, file));
  return new Map(
    modules.flatMap((module) =>
      [...module.bodies].map(([name, body]) => [
        `${module.file}#${name}`,
        { mentions: mentionsIn(body, module), errors: errorsIn(body) },
      ]),
    ),
  );
}

function readModule(directory: string, file: string): Module {
  const text = withoutComments(readFileSync(path.join(directory, file), "utf8"));
  return { file, bodies: bodiesIn(text), imports: importsIn(text, path.dirname(file)) };
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

function bodiesIn(text: string): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  let current = "";
  for (const line of text.split("\n")) {
    const begun = beginning.exec(line);
    if (begun !== null) current = begun[1] ?? "";
    bodies.set(current, `${bodies.get(current) ?? ""}${line}\n`);
  }
  return bodies;
}

function importsIn(text: string, from: string): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  for (const [, names = "", source = ""] of text.matchAll(
    /^import (?!type )(\{[^}]*\}|\* as \w+) from "(\.[^"]+)"/gm,
  )) {
    const file = path.join(from, source);
    const namespace = /^\* as (\w+)/.exec(names)?.[1];
    if (namespace !== undefined) imports.set(namespace, file);
    else
      for (const [name] of names.matchAll(/\w+(?=,|\s*\})/g)) imports.set(name, `${file}#${name}`);
  }
  return imports;
}

/**
 * A name before a colon is a member's, one behind a dot another object's: neither counts.
 * Nor does what an operation puts on record, which refuses nothing.
 */
function mentionsIn(body: string, { file, bodies, imports }: Module): readonly string[] {
  const code = body.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""').replaceAll("...", " ");
  const mentions = new Set<string>();
  for (const [, name = "", member = ""] of code.matchAll(
    /(?<![.\w])([a-z_]\w*)(?:\.(\w+))?(?!:)/gi,
  )) {
    if (member === "record") continue;
    const imported = imports.get(name);
    if (imported !== undefined)
      mentions.add(imported.includes("#") ? imported : `${imported}#${member}`);
    else if (bodies.has(name)) mentions.add(`${file}#${name}`);
  }
  return [...mentions];
}

/** What a table is looked up by is no error of its own, so a name before a colon is left out. */
function errorsIn(body: string): readonly string[] {
  return [...body.matchAll(/"([A-Z]\w*Exception)"(?!:)/g)].map(([, name = ""]) => name);
}
