/** Certificates in PEM (RFC 7468), of which a file may hold several. */
const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a text, each still in PEM. Whether they can be read is not looked at. */
export function pemCertificates(text: string): readonly string[] {
  return text.match(certificateBlock) ?? [];
}
