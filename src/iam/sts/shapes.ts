/** What the members of a request to STS must look like. */
import { integer, text } from "../shapes.ts";

const nameCharacters = { source: "[\\w+=,.@-]*", test: /^[\w+=,.@-]*$/ };
const printable = {
  source:
    "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
  test: /^[\t\n\r -~\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u,
};

export const roleArn = text(20, 2_048, printable);
export const sessionName = text(2, 64, nameCharacters);
export const sourceIdentity = text(2, 64, nameCharacters);
/** In seconds: a quarter of an hour to twelve hours. */
export const durationSeconds = integer(900, 43_200);
export const sessionPolicy = text(1, 2_048, {
  source: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
  test: /^[\t\n\r\u0020-\u00FF]*$/,
});
export const externalId = text(2, 1_224, {
  source: "[\\w+=,.@:\\/-]*",
  test: /^[\w+=,.@:/-]*$/,
});
export const serialNumber = text(9, 256, { source: "[\\w+=/:,.@-]*", test: /^[\w+=/:,.@-]*$/ });
export const tokenCode = text(6, 6, { source: "[\\d]*", test: /^\d*$/ });
