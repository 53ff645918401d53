import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mongo, type Types } from 'mongoose';
import { database } from './database.ts';

/** The files of reports, in MongoDB's own way for files (GridFS): a worker writes, any API reads. */
function bucket(): mongo.GridFSBucket {
  return new mongo.GridFSBucket(database(), { bucketName: 'reportfiles' });
}

/** Names a file that is about to be made. */
export function newFileId(): Types.ObjectId {
  return new mongo.ObjectId();
}

/** Stores a file as its pieces come; one that breaks off is removed. @returns its size in bytes. */
export async function storeReportFile(
  { reportId, fileId }: { reportId: string; fileId: Types.ObjectId },
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const durable = { writeConcern: { w: 'majority' } } as const;
  const upload = bucket().openUploadStreamWithId(fileId, reportId, durable);
  await pipeline(Readable.from(pieces), upload, { signal });
  return upload.length;
}

/** Reads a stored file. */
export function openReportFile(fileId: Types.ObjectId): Readable {
  return bucket().openDownloadStream(fileId);
}

/** Removes what is stored for a report, also what an earlier try left; of its files only one, if one is named. */
export async function removeReportFiles(reportId: string, fileId?: Types.ObjectId): Promise<void> {
  const files = bucket();
  const which = { filename: reportId, ...(fileId !== undefined && { _id: fileId }) };
  for await (const { _id } of files.find(which)) {
    await files.delete(_id);
  }
}
