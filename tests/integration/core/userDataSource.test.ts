import { expect, it } from 'vitest';
import { UserModel } from '../../../server/models/UserModel.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation();

it('a selection is read page by page, also past a page of which nobody is left', async () => {
  const selection = (await installation.makeUsers(9)).sort();
  await UserModel.deleteMany({ _id: { $in: selection.slice(3, 6) } });
  await UserModel.updateOne({ _id: { $in: selection.slice(7, 8) } }, { $set: { active: false } });

  const { next } = userDataSource.open({ selection, input: userDataInputOf({}) });
  const pages: string[][] = [];
  for (let after: string | null = null; ; ) {
    const page: string[] = await next(after, 3);
    after = page.at(-1) ?? null;
    if (after === null) break;
    pages.push(page);
  }
  expect(pages).toEqual([selection.slice(0, 3), selection.slice(6)]);
});
