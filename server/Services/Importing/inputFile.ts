import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../errors/AppError.ts';
import { requireText, type TextEncoding } from './textEncoding.ts';

const CHUNK_BYTES = 65_536;
/** Enough for every signature that is looked for. */
const HEAD_BYTES = 4_096;
/** A pipe without a writer would hold the opening until one comes. Windows has no such flag. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface TextChunk {
  readonly text: string;
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

/** A text file that stays open, so that all who read it see the same file. */
export interface InputFile {
  readonly path: string;
  /** Reads the file from its beginning, decoded; a byte order mark is left out. */
  chunks(): AsyncGenerator<TextChunk>;
  /** @throws AppError VALIDATION_FAILED when the file was written to since it was opened. */
  requireUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a text file for reading it more than once.
 * @throws AppError VALIDATION_FAILED for what is no regular file or holds no text; it names what it
 * is instead.
 */
export async function openInput(path: string): Promise<InputFile> {
  const handle = await openFile(path);
  try {
    const before = await handle.stat();
    requireRegular(path, before);
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    const encoding = requireText(path, head.subarray(0, bytesRead));
    return {
      path,
      chunks: () => decoded(handle, encoding, before.size),
      async requireUnchanged() {
        const { size, mtimeMs } = await handle.stat();
        if (size === before.size && mtimeMs === before.mtimeMs) return;
        throw refusal(path, 'was written to while it was read: import it when it is complete');
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, READ_AT_ONCE);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refusal(path, 'is not there', error);
    if (code === 'EACCES') throw refusal(path, 'may not be read by the user that runs this', error);
    // What a socket answers.
    if (code === 'ENXIO') throw refusal(path, 'is no file', error);
    throw refusal(path, `cannot be opened: ${message}`, error);
  }
}

function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw refusal(path, 'is a folder: name the file in it');
  if (stats.isFIFO()) {
    throw refusal(
      path,
      'is a pipe, and an import reads its files twice: write it into a file first',
    );
  }
  throw refusal(path, 'is a device or a terminal, not a file');
}

function refusal(path: string, what: string, cause?: unknown): AppError {
  return new AppError('VALIDATION_FAILED', `${path} ${what}.`, { cause });
}

async function* decoded(
  handle: FileHandle,
  encoding: TextEncoding,
  size: number,
): AsyncGenerator<TextChunk> {
  const decoder = new TextDecoder(encoding);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
    yield { text, progress: Math.min(1, position / size) };
  }
  yield { text: decoder.decode(), progress: 1 };
}
