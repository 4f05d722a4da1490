import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { UsageFailure } from "./failure.ts";
import type { GivenValue, SettingName } from "./setting-names.ts";
import { settingNames } from "./setting-names.ts";

const longestFileBytes = 64 * 1024;

/**
 * The values a YAML configuration file gives. Throws UsageFailure when it cannot be read,
 * is not a map, or has a key that is not a setting: a misspelt setting is not one that
 * silently keeps its default.
 */
export async function readConfigFile(file: string, source: string): Promise<GivenValue[]> {
  const content = await parse(file, source);
  const unknown = Object.keys(content).filter((key) => !isSetting(key));
  if (unknown.length > 0) {
    throw new UsageFailure(
      unknown.map(
        (key) => `${file}: ${key} is not a setting. The settings are ${settingNames.join(", ")}.`,
      ),
    );
  }
  const baseDirectory = path.dirname(path.resolve(file));
  return Object.entries(content)
    .filter((entry): entry is [SettingName, unknown] => isSetting(entry[0]))
    .map(([setting, value]) => ({ setting, value, source: `${file}: ${setting}`, baseDirectory }));
}

function isSetting(key: string): key is SettingName {
  return (settingNames as readonly string[]).includes(key);
}

async function parse(file: string, source: string): Promise<object> {
  const text = read(file, source);
  // Loaded only by those who have a file: it would double the time dev mode takes to start.
  const { parse: parseYaml } = await import("yaml");
  try {
    const content: unknown = parseYaml(text, { maxAliasCount: 0, prettyErrors: false });
    if (content === null || content === undefined) return {};
    if (typeof content === "object" && !Array.isArray(content)) return content;
  } catch (error) {
    throw new UsageFailure([`${file}: not valid YAML: ${firstLineOf(error)}`]);
  }
  throw new UsageFailure([`${file}: must be a map of settings, such as "port: 4566".`]);
}

function read(file: string, source: string): string {
  try {
    if (statSync(file).size > longestFileBytes) {
      throw new Error("it is larger than 64 KiB");
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageFailure([`${source}: cannot read ${file}: ${firstLineOf(error)}`]);
  }
}

function firstLineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? "";
}
