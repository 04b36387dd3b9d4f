import type { NetworkInterfaceInfo } from "node:os";

import { describe, expect, test } from "vitest";

import {
  type Interfaces,
  machineAddresses,
  rankAddresses,
} from "../../../../coordinator/edge/interfaces.ts";

function interfacesOf(table: Readonly<Record<string, readonly string[]>>): Interfaces {
  return Object.fromEntries(
    Object.entries(table).map(([name, addresses]) => [name, addresses.map(infoOf)]),
  );
}

function infoOf(address: string): NetworkInterfaceInfo {
  const internal = address === "127.0.0.1" || address === "::1";
  const common = { address, netmask: "", mac: "", internal, cidr: null };
  return address.includes(":")
    ? { ...common, family: "IPv6", scopeid: 0 }
    : { ...common, family: "IPv4" };
}

describe("rankAddresses", () => {
  test("puts the default route first, then containers, virtual machines and VPNs, link-local last", () => {
    const interfaces = interfacesOf({
      lo: ["127.0.0.1", "::1"],
      docker0: ["172.17.0.1"],
      "br-1f00": ["172.18.0.1"],
      veth12: ["169.254.7.7"],
      tun0: ["10.8.0.2"],
      enp3s0: ["10.1.2.3"],
      wlan0: ["192.168.1.5", "2001:db8:5::1", "fe80::1"],
    });
    expect(rankAddresses(interfaces, "192.168.1.5")).toEqual([
      "192.168.1.5",
      "10.1.2.3",
      "2001:db8:5::1",
      "172.17.0.1",
      "172.18.0.1",
      "10.8.0.2",
      "169.254.7.7",
    ]);
  });

  test.each([
    ["Linux", "docker0", "wlp2s0"],
    ["macOS", "utun3", "en0"],
    ["macOS with virtual machines", "bridge100", "en0"],
    ["Windows with Hyper-V", "vEthernet (Default Switch)", "Wi-Fi"],
    ["Windows with VirtualBox", "VirtualBox Host-Only Network", "Ethernet"],
    ["Windows with a VPN", "Company VPN", "Wi-Fi"],
  ])("on %s chooses %s only after %s, whichever comes first", (_, secluded, ordinary) => {
    const interfaces = interfacesOf({ [secluded]: ["172.20.0.1"], [ordinary]: ["192.168.1.5"] });
    expect(rankAddresses(interfaces, undefined)[0]).toBe("192.168.1.5");
  });

  test("does not choose a VPN that has the default route if there is an ordinary network", () => {
    const interfaces = interfacesOf({ tun0: ["10.8.0.2"], eth0: ["192.168.1.5"] });
    expect(rankAddresses(interfaces, "10.8.0.2")).toEqual(["192.168.1.5", "10.8.0.2"]);
  });

  test("on a machine with only IPv6 names its address, and never one that needs an interface's name", () => {
    const interfaces = interfacesOf({ lo: ["::1"], eth0: ["fe80::5", "2001:db8::5"] });
    expect(rankAddresses(interfaces, "2001:db8::5")).toEqual(["2001:db8::5"]);
  });

  test("is empty on a machine without a network", () => {
    expect(rankAddresses(interfacesOf({ lo: ["127.0.0.1"] }), undefined)).toEqual([]);
  });
});

test("machineAddresses returns addresses of this machine without sending anything", async () => {
  for (const address of await machineAddresses()) expect(address).toMatch(/^[\d.]+$|:/u);
});
