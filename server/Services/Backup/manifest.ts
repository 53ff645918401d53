import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SHAPES_VERSION } from '../../models/shapes.ts';
import { contentsSchema } from './bsonFile.ts';

const FILE = 'manifest.json';
/** The version of the format of a backup's files. */
const FORMAT = 1;

const mongoSchema = z.object({
  collections: z.array(contentsSchema.extend({ name: z.string().min(1) })),
  indexes: contentsSchema,
});

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  shapes: z.int().positive(),
  /** The version of Hourwork that wrote it. */
  version: z.string(),
  finishedAt: z.iso.datetime(),
  mongodb: mongoSchema,
  /** The ids of the keys that the secrets in it are sealed under. */
  dataKeys: z.array(z.string()).default([]),
});

/** What a backup of MongoDB holds. */
export type MongoContents = z.infer<typeof mongoSchema>;
/** What a backup holds: it is written last, so a backup that has it is whole. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Writes the manifest of a backup whose files are all on disk. */
export async function writeManifest(
  folder: string,
  contents: Pick<Manifest, 'version' | 'mongodb' | 'dataKeys'>,
): Promise<void> {
  const manifest: Manifest = {
    format: FORMAT,
    shapes: SHAPES_VERSION,
    finishedAt: new Date().toISOString(),
    ...contents,
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(folder, FILE), text, { flag: 'wx', mode: 0o600, flush: true });
}

/** @throws Error when there is no backup here, an unfinished one, or one that this version cannot read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, FILE);
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new Error(
      `There is no whole backup in ${folder}: its ${FILE}, which is written last, cannot be read ` +
        `(${error.message}).`,
    );
  });
  const { success, data, error } = manifestSchema.safeParse(asJson(text));
  if (!success) {
    throw new Error(`${path} is none that this version reads: ${z.prettifyError(error)}`);
  }
  if (data.shapes !== SHAPES_VERSION) {
    throw new Error(
      `The backup is of Hourwork ${data.version}, whose documents have shape ${data.shapes}; this ` +
        `version reads ${SHAPES_VERSION}. Restore it with that version.`,
    );
  }
  return data;
}

/** @throws Error when the secrets of a backup could not be read here. */
export function requireDataKeys({ dataKeys }: Manifest, keyIds: readonly string[]): void {
  const missing = dataKeys.filter((keyId) => !keyIds.includes(keyId));
  if (missing.length === 0) return;
  throw new Error(
    `The secrets in the backup are sealed under the data key ${missing.join(' and ')}, and .env names ` +
      `${keyIds.length === 0 ? 'none' : `only ${keyIds.join(' and ')}`}. Put that key into .env, as DATA_KEY or DATA_KEY_PREVIOUS.`,
  );
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
