import path from "node:path";
import { Option } from "commander";

/** Which server a command is for. */
export function dataDirOption(): Option {
  return new Option("--data-dir <directory>", "the data directory of the server")
    .env("KEYHAVEN_DATA_DIR")
    .default(path.resolve("keyhaven-data"), "./keyhaven-data");
}

/** For programs that read the output. */
export function jsonOption(): Option {
  return new Option("--json", "print JSON on one line");
}
