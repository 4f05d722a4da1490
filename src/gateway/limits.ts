/** How much a client may ask of the listener before anyone knows who it is. */
export const limits = {
  headerBytes: 16 * 1024,
  headerFields: 100,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveMs: 60_000,
  handshakeTimeoutMs: 10_000,
  /** How often timeouts and slow bodies are looked for. */
  sweepMs: 1_000,

  bodyBytes: 256 * 1024,
  /** Of a body that is too long so much is read and dropped, so that its sender hears the answer. */
  droppedBytes: 1024 * 1024,
  /** A body may take this long whatever its pace; after that it must keep up the rate. */
  bodyPace: { graceMs: 10_000, bytesPerSecond: 1024 },
  /** One that holds a place which others may wait for. */
  largeBodyPace: { graceMs: 5_000, bytesPerSecond: 8 * 1024 },
  smallBodyBytes: 16 * 1024,

  /** Only so many bodies above the small size are held at once: it bounds memory. */
  inAll: { connections: 4096, largeBodies: 128 },
  perAddress: { connections: 1024, largeBodies: 64 },
  admin: { connections: 64, largeBodies: 64 },
  requestsInFlight: 2048,
  drainMs: 10_000,
} as const;
