import { type DeployDoc, type DeployedPart, DeployModel } from '../../../models/DeployModel.ts';
import { insertOnce } from '../../../models/insertOnce.ts';

/** Notes that a process of this part begins in this version, if the one before it had another. */
export async function noteVersion(part: DeployedPart, version: string): Promise<void> {
  const newest = await DeployModel.findOne({ part }).sort({ number: -1 }).lean<DeployDoc>();
  if (newest?.version === version) return;
  const number = (newest?.number ?? 0) + 1;
  const before = newest?.version ?? null;
  const doc = { _id: `${part}-${number}`, part, number, version, before, at: new Date() };
  // Another process noted its own at this moment: it may have been the same version.
  if (!(await insertOnce<DeployDoc>(DeployModel, doc))) await noteVersion(part, version);
}
