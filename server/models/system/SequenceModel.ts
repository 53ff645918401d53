import { model, Schema } from 'mongoose';
import { DURABLE } from '../durable.ts';
import { retryLostRaces } from '../lostRaces.ts';

interface SequenceDoc {
  _id: string;
  value: number;
}

const sequenceSchema = new Schema<SequenceDoc>(
  { _id: { type: String, required: true }, value: { type: Number, required: true } },
  { collection: 'sequences', versionKey: false, autoIndex: false },
);

export const SequenceModel = model<SequenceDoc>('Sequence', sequenceSchema);

/** The next number of a named sequence, from 1; never given out twice, gaps are possible. */
export function nextInSequence(name: string): Promise<number> {
  return reserveInSequence(name, 1);
}

/** The number of a named sequence that was given out last; 0 before the first. */
export async function lastInSequence(name: string): Promise<number> {
  return (await SequenceModel.findById(name).lean())?.value ?? 0;
}

/** The first of so many numbers in a row that are given out to nobody else. */
export async function reserveInSequence(name: string, numbers: number): Promise<number> {
  const sequence = await retryLostRaces(() =>
    SequenceModel.findOneAndUpdate(
      { _id: name },
      { $inc: { value: numbers } },
      { upsert: true, returnDocument: 'after', lean: true, writeConcern: DURABLE },
    ),
  );
  if (sequence === null) throw new Error(`The sequence ${name} was neither found nor made.`);
  return sequence.value - numbers + 1;
}
