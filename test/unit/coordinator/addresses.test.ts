import { describe, expect, test } from "vitest";

import { isLoopback, isWildcard, machineNames, urlsOf } from "../../../coordinator/addresses.ts";

const tokens = { joinToken: "join", adminToken: "admin" };

describe("urlsOf", () => {
  test("puts the join token where others look, the admin token where the operator looks", () => {
    expect(urlsOf({ host: "192.168.1.5", port: 8080, ...tokens })).toEqual({
      url: "http://192.168.1.5:8080",
      joinUrl: "http://192.168.1.5:8080/join#token=join",
      dashboardUrl: "http://192.168.1.5:8080/#token=admin",
      watchUrl: "http://192.168.1.5:8080/#token=join",
    });
  });

  test("of an open coordinator have no join token, and still an admin token", () => {
    const urls = urlsOf({ host: "::1", port: 1, joinToken: null, adminToken: "admin" });
    expect(urls.joinUrl).toBe("http://[::1]:1/join");
    expect(urls.watchUrl).toBe("http://[::1]:1/");
    expect(urls.dashboardUrl).toBe("http://[::1]:1/#token=admin");
  });

  test.each(["0.0.0.0", "::"])("on %s name localhost for this machine", (host) => {
    const { url, joinUrl } = urlsOf({ host, port: 8080, ...tokens });
    expect(url).toBe("http://localhost:8080");
    expect(joinUrl).toMatch(/^http:\/\/(?!0\.0\.0\.0|\[::\])[^/]+:8080\/join#token=join$/u);
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
    for (const url of Object.values(urls)) {
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

test("isWildcard and isLoopback tell 7 addresses apart", () => {
  expect(["0.0.0.0", "::", "127.0.0.1", "10.0.0.1"].map(isWildcard)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const hosts = ["localhost", "::1", "127.9.9.9", "0.0.0.0", "192.168.1.5"];
  expect(hosts.map(isLoopback)).toEqual([true, true, true, false, false]);
});
