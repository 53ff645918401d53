import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mongo, type Types } from 'mongoose';
import { database } from './database.ts';

/** A file as it stands in the database. */
export interface StoredFile {
  readonly fileId: Types.ObjectId;
  readonly bytes: number;
}

/** The files of reports, in MongoDB's own way for files (GridFS): a worker writes, any API reads. */
function bucket(): mongo.GridFSBucket {
  return new mongo.GridFSBucket(database(), { bucketName: 'reportfiles' });
}

/** Stores a file as its pieces come; one that breaks off is removed. */
export async function storeReportFile(
  reportId: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<StoredFile> {
  const upload = bucket().openUploadStream(reportId, { writeConcern: { w: 'majority' } });
  await pipeline(Readable.from(pieces), upload, { signal });
  return { fileId: upload.id as Types.ObjectId, bytes: upload.length };
}

/** Reads a stored file. */
export function openReportFile(fileId: Types.ObjectId): Readable {
  return bucket().openDownloadStream(fileId);
}

/** Removes what is stored for a report, also what an earlier try left. */
export async function removeReportFiles(reportId: string): Promise<void> {
  const files = bucket();
  for await (const { _id } of files.find({ filename: reportId })) {
    await files.delete(_id);
  }
}
