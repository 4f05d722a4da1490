/** UriEncode of the SigV4 specification, on bytes. One character stands for one byte. */

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

const encodedBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (unreserved.includes(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** Encodes every byte but A-Z a-z 0-9 - . _ ~ as %XX with capital hexadecimal digits. */
export function uriEncode(text: string): string {
  let encoded = "";
  // oxlint-disable-next-line typescript/prefer-for-of
  for (let at = 0; at < text.length; at += 1) {
    encoded += encodedBytes[text.charCodeAt(at) & 0xff] ?? "";
  }
  return encoded;
}

/** Undoes percent-encoding. A percent sign that encodes nothing stands for itself. */
export function uriDecode(text: string): string {
  if (!text.includes("%")) return text;
  let decoded = "";
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] === "%" ? hexByte(text, at + 1) : undefined;
    if (byte === undefined) {
      decoded += text[at] ?? "";
    } else {
      decoded += String.fromCharCode(byte);
      at += 2;
    }
  }
  return decoded;
}

function hexByte(text: string, at: number): number | undefined {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : undefined;
}
