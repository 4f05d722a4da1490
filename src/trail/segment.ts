/** One file of the journal, and the only place that writes to it. */
import fs from "node:fs";
import { open, unlink } from "node:fs/promises";
import { promisify } from "node:util";
import { syncDirectory } from "../lib/directories.ts";
import { segmentPath } from "../lib/journal-reader.ts";

/** The two calls that durability hangs on, so that a test can make them fail. */
export interface FlushCalls {
  write(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, written: number) => void,
  ): void;
  fdatasync(fd: number, done: (error: Error | null) => void): void;
}

const closeFile = promisify(fs.close);
const truncateFile = promisify(fs.ftruncate);
const newline = 0x0a;
const tailChunkBytes = 64 * 1024;

export class Segment {
  readonly number: number;
  readonly #path: string;
  readonly #fd: number;
  readonly #calls: FlushCalls;
  #durableBytes: number;

  private constructor(file: {
    number: number;
    path: string;
    fd: number;
    calls: FlushCalls;
    durableBytes: number;
  }) {
    this.number = file.number;
    this.#path = file.path;
    this.#fd = file.fd;
    this.#calls = file.calls;
    this.#durableBytes = file.durableBytes;
  }

  /** Makes a new, empty segment whose name is on disk. Leaves nothing behind when it fails. */
  static async create(directory: string, number: number, calls: FlushCalls): Promise<Segment> {
    const file = segmentPath(directory, number);
    const fd = await openFile(file, fs.constants.O_CREAT | fs.constants.O_EXCL);
    try {
      await syncFile(fd);
      await syncDirectory(directory);
    } catch (error) {
      await closeFile(fd).catch(() => undefined);
      await unlink(file).catch(() => undefined);
      throw error;
    }
    return new Segment({ number, path: file, fd, calls, durableBytes: 0 });
  }

  /**
   * Opens a segment to go on writing in it. What stands behind its last line break was
   * never acknowledged and is cut off. The rest is flushed: after a crash it may be in
   * the page cache only, and from here on it counts as on disk.
   */
  static async reopen(directory: string, number: number, calls: FlushCalls): Promise<Segment> {
    const file = segmentPath(directory, number);
    const durableBytes = await completeLength(file);
    const fd = await openFile(file, 0);
    try {
      await truncateFile(fd, durableBytes);
      await syncFile(fd);
    } catch (error) {
      await closeFile(fd).catch(() => undefined);
      throw error;
    }
    return new Segment({ number, path: file, fd, calls, durableBytes });
  }

  /** How many bytes are known to be on disk. */
  get durableBytes(): number {
    return this.#durableBytes;
  }

  /**
   * Resolves when all of the bytes are on disk. When it rejects, the segment must be
   * abandoned: after a failed fsync the kernel may call pages clean that never reached
   * the disk, so a second fsync on the same descriptor would prove nothing.
   */
  append(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#calls.write(this.#fd, bytes, 0, bytes.length, this.#durableBytes, (error, written) => {
        if (error !== null) return reject(error);
        if (written !== bytes.length) return reject(new Error("the disk took only a part"));
        this.#calls.fdatasync(this.#fd, (syncError) => {
          if (syncError !== null) return reject(syncError);
          this.#durableBytes += bytes.length;
          resolve();
        });
      });
    });
  }

  /** Takes back what is not known to be on disk, as far as the disk lets us. */
  async abandon(): Promise<{ readonly kept: boolean }> {
    await truncateFile(this.#fd, this.#durableBytes).catch(() => undefined);
    await this.close();
    if (this.#durableBytes > 0) return { kept: true };
    // An empty segment is not kept, so that a full disk does not fill with empty files.
    return await unlink(this.#path).then(
      () => ({ kept: false }),
      () => ({ kept: true }),
    );
  }

  /** Everything in it is on disk already, so there is nothing to lose by closing. */
  async close(): Promise<void> {
    await closeFile(this.#fd).catch(() => undefined);
  }
}

function openFile(file: string, flags: number): Promise<number> {
  return promisify(fs.open)(file, fs.constants.O_WRONLY | flags, 0o600);
}

function syncFile(fd: number): Promise<void> {
  return promisify(fs.fsync)(fd);
}

/** The length of a file up to and with its last line break. */
async function completeLength(file: string): Promise<number> {
  const handle = await open(file, "r");
  try {
    const chunk = Buffer.allocUnsafe(tailChunkBytes);
    for (let end = (await handle.stat()).size; end > 0;) {
      const start = Math.max(0, end - tailChunkBytes);
      const { bytesRead } = await handle.read(chunk, 0, end - start, start);
      const at = chunk.subarray(0, bytesRead).lastIndexOf(newline);
      if (at !== -1) return start + at + 1;
      end = start;
    }
    return 0;
  } finally {
    await handle.close();
  }
}
