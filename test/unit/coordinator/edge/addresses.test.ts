import { SocketAddress } from "node:net";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  isLoopback,
  isWildcard,
  machineNames,
  subnetOf,
  urlsOf,
} from "../../../../coordinator/edge/addresses.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";

countProperties("addresses");

const addresses = ["192.168.1.5", "10.1.2.3"];
const tokens = { joinToken: "join", adminToken: "admin", addresses };

describe("urlsOf", () => {
  test("puts the join token where others look, the admin token where the operator looks", () => {
    expect(urlsOf({ host: "192.168.1.5", port: 8080, ...tokens })).toEqual({
      url: "http://192.168.1.5:8080",
      joinUrl: "http://192.168.1.5:8080/join#token=join",
      otherJoinUrls: [],
      dashboardUrl: "http://192.168.1.5:8080/#token=admin",
      watchUrl: "http://192.168.1.5:8080/#token=join",
    });
  });

  test("of an open coordinator have no join token, and still an admin token", () => {
    const urls = urlsOf({ host: "::1", port: 1, ...tokens, joinToken: null });
    expect(urls.joinUrl).toBe("http://[::1]:1/join");
    expect(urls.watchUrl).toBe("http://[::1]:1/");
    expect(urls.dashboardUrl).toBe("http://[::1]:1/#token=admin");
  });

  test.each([
    ["0.0.0.0", "http://127.0.0.1:8080"],
    ["::", "http://[::1]:8080"],
  ])(
    "on %s this machine's own browser is sent to %s, and others to the first address",
    (host, near) => {
      const urls = urlsOf({ host, port: 8080, ...tokens });
      expect(urls.url).toBe(near);
      expect(urls.dashboardUrl).toBe(`${near}/#token=admin`);
      expect(urls.joinUrl).toBe("http://192.168.1.5:8080/join#token=join");
      expect(urls.otherJoinUrls).toEqual(["http://10.1.2.3:8080/join#token=join"]);
    },
  );

  test("on a machine without a network others are offered the address that this machine itself would use", () => {
    const { joinUrl } = urlsOf({ host: "0.0.0.0", port: 8080, ...tokens, addresses: [] });
    expect(joinUrl).toBe("http://127.0.0.1:8080/join#token=join");
  });

  test("name the public address given by the operator, and offer the others after it", () => {
    const publicUrl = "https://train.example.org";
    const urls = urlsOf({ host: "0.0.0.0", port: 8080, ...tokens, publicUrl });
    expect(urls.joinUrl).toBe("https://train.example.org/join#token=join");
    expect(urls.watchUrl).toBe("https://train.example.org/#token=join");
    expect(urls.otherJoinUrls).toHaveLength(2);
    expect(urls.dashboardUrl).toBe("http://127.0.0.1:8080/#token=admin");
  });

  test("have the path that a server of another program gives them, before or without a public address", () => {
    const place = { host: "0.0.0.0", port: 3000, ...tokens, basePath: "/training" };
    const { url, joinUrl, dashboardUrl } = urlsOf(place);
    expect(url).toBe("http://127.0.0.1:3000/training");
    expect(joinUrl).toMatch(/^http:[^#]+:3000\/training\/join#token=join$/u);
    expect(dashboardUrl).toBe("http://127.0.0.1:3000/training/#token=admin");
    const publicUrl = "https://example.org/lab";
    expect(urlsOf({ ...place, publicUrl }).joinUrl).toBe("https://example.org/lab/join#token=join");
  });

  test("are at most six, on a machine with 20 addresses", () => {
    const many = Array.from({ length: 20 }, (_, i) => `10.0.0.${i + 1}`);
    const urls = urlsOf({ host: "0.0.0.0", port: 8080, ...tokens, addresses: many });
    expect(urls.joinUrl).toContain("//10.0.0.1:");
    expect(urls.otherJoinUrls.map((url) => new URL(url).hostname)).toEqual(many.slice(1, 6));
  });

  test("with a certificate are https and name a host that it covers", () => {
    const certificate = {
      covers: (name: string) => name === "lab.example",
      names: ["lab.example"],
    };
    const urls = urlsOf({ host: "0.0.0.0", port: 8443, ...tokens, certificate });
    expect(urls.joinUrl).toBe("https://lab.example:8443/join#token=join");
    expect(urls.url).toBe("https://lab.example:8443");
    const addressOnly = { covers: (name: string) => name === "10.1.2.3", names: [] };
    const exact = urlsOf({ host: "10.1.2.3", port: 1, ...tokens, certificate: addressOnly });
    expect(exact.url).toBe("https://10.1.2.3:1");
  });

  test("never put a token before the fragment", () => {
    const urls = urlsOf({ host: "127.0.0.1", port: 1, ...tokens });
    for (const url of Object.values(urls).flat()) {
      const { hash, pathname, search, username } = new URL(url);
      expect(hash).toMatch(/^(#token=(join|admin))?$/u);
      expect(pathname + search + username).not.toMatch(/token|admin/u);
    }
  });
});

describe("machineNames", () => {
  test.each([
    ["Lab-7", ["lab-7", "lab-7.local"]],
    ["lab-7.school.example", ["lab-7.school.example", "lab-7", "lab-7.local"]],
    ["Adas-Mac.local", ["adas-mac.local", "adas-mac"]],
  ])("of %s are %j", (name, names) => {
    expect(machineNames(name)).toEqual(names);
  });
});

test("isWildcard knows every spelling of the two wildcard addresses, and nothing else", () => {
  const wildcards = ["0.0.0.0", "0", "0.0", "00.0.0.0", "0x0", "::", "0::0", "0:0:0:0:0:0:0:0"];
  expect([...wildcards, "::ffff:0.0.0.0"].filter((host) => !isWildcard(host))).toEqual([]);
  const others = ["127.0.0.1", "10.0.0.0", "0.0.0.1", "::1", "2001:db8::", "localhost", ""];
  expect(others.filter(isWildcard)).toEqual([]);
});

test("isLoopback tells 5 addresses apart", () => {
  const hosts = ["localhost", "::1", "127.9.9.9", "0.0.0.0", "192.168.1.5"];
  expect(hosts.map(isLoopback)).toEqual([true, true, true, false, false]);
});

describe("subnetOf", () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });

  test.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["0:0:0:0:0:FFFF:0a00:0001", "10.0.0.1"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8:0:7::1", "2001:db8:0:7::/64"],
    ["2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:7::/64"],
    ["2001:0DB8:0000:0007::", "2001:db8:0:7::/64"],
    ["2001:db8::7:0:0:0:1", "2001:db8:0:7::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::10.0.0.1", "64:ff9b:0:0::/64"],
    ["unknown", "unknown"],
    ["", ""],
  ])("of %s is %s", (address, network) => {
    expect(subnetOf(address)).toBe(network);
  });

  test("of an IPv4 address is the address, even if written as IPv6, in either spelling", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const hexadecimal = `::ffff:${written([a * 256 + b, c * 256 + d])}`;
        const spellings = [address, `::ffff:${address}`, hexadecimal];
        expect(spellings.map(subnetOf)).toEqual([address, address, address]);
      }),
    );
  });

  test("of two IPv6 addresses is the same exactly if their first 64 bits are, in any spelling", () => {
    fc.assert(
      fc.property(groups, groups, fc.nat(3), (one, other, changed) => {
        fc.pre(one.slice(0, 5).some((group) => group > 0));
        const beside = [...one.slice(0, 4), ...other.slice(4)];
        const elsewhere = one.map((group, i) => (i === changed ? group ^ 1 : group));
        const network = subnetOf(written(one));
        for (const address of [written(one), written(one).toUpperCase(), written(beside)]) {
          expect(subnetOf(address)).toBe(network);
          expect(subnetOf(compressed(address))).toBe(network);
          expect(subnetOf(`${address}%1`)).toBe(network);
        }
        expect(subnetOf(written(elsewhere))).not.toBe(network);
      }),
    );
  });

  test("of any text is a text, never an error", () => {
    const texts = fc.oneof(fc.string(), fc.ipV6(), fc.stringMatching(/^[\da-f:.%]{0,45}$/u));
    fc.assert(
      fc.property(texts, (text) => {
        expect(subnetOf(text)).toBeTypeOf("string");
      }),
    );
  });
});

function written(numbers: readonly number[]): string {
  return numbers.map((group) => group.toString(16)).join(":");
}

/** As the system would write it: the longest run of zeros is `::`, and a mapped IPv4 address has dots. */
function compressed(address: string): string {
  return new SocketAddress({ address, family: "ipv6" }).address;
}
