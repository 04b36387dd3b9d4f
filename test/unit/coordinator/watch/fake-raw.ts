/** @file The parts of a `ws` socket that guests of the coordinator use, in memory. */
import { EventEmitter } from "node:events";

export class FakeRaw extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  pings = 0;
  readonly sent: string[] = [];
  status: number | undefined;
  send(text: string): void {
    this.sent.push(text);
  }
  ping(): void {
    this.pings += 1;
  }
  close(status: number): void {
    [this.status, this.readyState] = [status, 2];
    this.emit("close");
  }
  terminate(): void {
    this.close(1006);
  }
  say(text: string, isBinary = false): void {
    this.emit("message", Buffer.from(text), isBinary);
  }
}
