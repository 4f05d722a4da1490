import { describe, expect, test } from "vitest";
import { isPublicAddress } from "./addresses.ts";
import { destinationsOf, parseNamedHost } from "./destinations.ts";

describe("an address of the public Internet", () => {
  test.each(["8.8.8.8", "172.32.0.1", "11.0.0.1", "2606:4700:4700::1111", "2a00:1450::1"])(
    "%s is one",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "fe80::1",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "not an address",
  ])("%s is none", (address) => expect(isPublicAddress(address)).toBe(false));
});

describe("a host that an operator names", () => {
  test.each([
    ["proxy.example", { host: "proxy.example", address: undefined, port: undefined }],
    ["Proxy.Example=10.0.0.5", { host: "proxy.example", address: "10.0.0.5", port: undefined }],
    ["localhost=127.0.0.1:8443", { host: "localhost", address: "127.0.0.1", port: 8443 }],
    [
      "proxy.example=inner.example:443",
      { host: "proxy.example", address: "inner.example", port: 443 },
    ],
    ["proxy.example=[fd00::5]:8443", { host: "proxy.example", address: "fd00::5", port: 8443 }],
  ])("is read: %s", (text, named) => expect(parseNamedHost(text)).toEqual(named));

  test.each([
    "",
    "=10.0.0.5",
    "proxy.example=",
    "proxy.example:8443",
    "10.0.0.5",
    "proxy.example=10.0.0.5:0",
    "proxy.example=10.0.0.5:65536",
    "proxy.example=[10.0.0.5]",
    "https://proxy.example",
    "-proxy.example",
  ])("is refused: %j", (text) => expect(parseNamedHost(text)).toBeUndefined());
});

describe("the destination of a host", () => {
  const find = destinationsOf([{ host: "proxy.example", address: "10.0.0.5", port: 8443 }]);

  test("is where the operator says, however the caller writes it", () => {
    expect(find("PROXY.example")).toMatchObject({ address: "10.0.0.5", port: 8443 });
  });

  test("is port 443 of what it resolves to, for any other", () => {
    expect(find("other.example")).toMatchObject({ address: "other.example", port: 443 });
  });

  test.each(["127.0.0.1", "8.8.8.8", "-", "a..", ".a"])("there is none for %s", (host) => {
    expect(find(host)).toBeUndefined();
  });

  test.each([{ all: true }, { all: false }])(
    "a name that resolves to this machine leads nowhere, with %j",
    async (options) => {
      const error = await new Promise<Error | null>((resolve) => {
        find("localhost")?.lookup("localhost", options, (failure) => resolve(failure));
      });
      expect(error?.message).toBe("localhost is not an address of the public Internet");
    },
  );

  test.each(["0x7f.1", "2130706433", "127.1"])(
    "nor does %s, which some resolvers take for it",
    async (host) => {
      const error = await new Promise<Error | null>((resolve) => {
        find(host)?.lookup(host, { all: true }, (failure) => resolve(failure));
      });
      expect(error).toBeInstanceOf(Error);
    },
  );
});
