import { readdirSync } from 'node:fs';
import mongoose from 'mongoose';
import { expect, it } from 'vitest';

const models = new URL('../../models/', import.meta.url);

it('deletes what every model holds of a user: none may be missing here, nor in deleteUser', async () => {
  const files = readdirSync(models, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('Model.ts'));
  for (const file of files) await import(new URL(file, models).href);
  const ofUsers = mongoose
    .modelNames()
    .filter((name) => mongoose.model(name).schema.path('userId') !== undefined);
  expect(ofUsers.toSorted()).toEqual([
    ...['Account', 'JobStatus', 'Mail', 'MailMark', 'Purchase', 'UserSummary'],
  ]);
});
