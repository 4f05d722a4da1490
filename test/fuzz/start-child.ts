import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ChildReport } from "./gateway-child.ts";

export interface GatewayChild {
  readonly port: number;
  readonly host: string;
  /** Fails when the process is no longer there. */
  report(): Promise<ChildReport>;
  stop(): void;
}

export async function startChild(): Promise<GatewayChild> {
  const file = path.join(import.meta.dirname, "gateway-child.ts");
  const child = fork(file, { execArgv: ["--expose-gc", "--disable-proto=throw"] });
  const [ready] = (await once(child, "message")) as [{ port: number; host: string }];
  return {
    ...ready,
    report: async () => {
      if (!child.connected) throw new Error("the gateway has crashed");
      child.send("report");
      const [report] = (await once(child, "message")) as [ChildReport];
      return report;
    },
    stop: () => void child.kill(),
  };
}
