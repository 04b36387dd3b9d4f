/**
 * @file Which of this machine's addresses to put into a join link: the one that people on the same network can most
 * likely reach. The ranking is pure; only `machineAddresses` asks the system.
 */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/** Addresses by the interface's name, as `os.networkInterfaces()` returns them. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Interfaces that no other machine on the network can reach, by the names that Linux, macOS and Windows give them:
 * containers, bridges and virtual machines (only this machine is on them), and VPNs (only their members are).
 */
const secludedNames =
  /^(?:docker|br-|bridge|veth|virbr|lxc|lxd|cni|flannel|cali|podman|vbox|vmnet|utun|tun|tap|wg|ppp|ipsec|zt|tailscale|nordlynx|awdl|llw|anpi)|vEthernet|VirtualBox|VMware|Hyper-V|WSL|Docker|VPN|TAP-|Tailscale|ZeroTier|WireGuard/iu;

/**
 * All addresses at which another machine might reach this one, the most likely one first: the address that the
 * default route uses, then other ordinary interfaces, then containers, virtual machines and VPNs, then link-local
 * addresses. IPv4 comes before IPv6 among equals, because it is shorter to type. IPv6 link-local addresses are left
 * out: a URL in a browser cannot name the interface that they need.
 *
 * @param routed - The address that packets to the internet are sent from; `undefined` without a default route.
 */
export function rankAddresses(interfaces: Interfaces, routed: string | undefined): string[] {
  const found = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ internal, address }) => !internal && !/^fe80:/iu.test(address))
      .map(({ address }) => ({ address, rank: rankOf(name, address, routed) })),
  );
  // `toSorted` is stable: equals stay in the system's order.
  return [...new Set(found.toSorted((a, b) => a.rank - b.rank).map(({ address }) => address))];
}

function rankOf(name: string, address: string, routed: string | undefined): number {
  const family = isIPv6(address) ? 1 : 0;
  if (address.startsWith("169.254.")) return 8 + family;
  // A VPN that carries all traffic has the default route, and is still only reachable by its members.
  if (secludedNames.test(name)) return (address === routed ? 4 : 6) + family;
  return (address === routed ? 0 : 2) + family;
}

/** This machine's addresses, ranked. */
export async function machineAddresses(): Promise<string[]> {
  return rankAddresses(networkInterfaces(), await routedAddress());
}

/**
 * The local address of the default route. Connecting a UDP socket looks up the route and sends nothing; the address
 * asked for is reserved for documentation (RFC 5737, RFC 3849), so only the default route leads to it.
 */
async function routedAddress(): Promise<string | undefined> {
  return (await sourceOf("udp4", "192.0.2.1")) ?? (await sourceOf("udp6", "2001:db8::1"));
}

async function sourceOf(type: "udp4" | "udp6", target: string): Promise<string | undefined> {
  const socket = createSocket(type);
  try {
    return await new Promise((resolve) => {
      socket.once("error", () => resolve(undefined));
      socket.connect(9, target, () => resolve(socket.address().address));
    });
  } finally {
    socket.close();
  }
}
