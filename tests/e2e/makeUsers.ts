import { UserModel } from '../../server/models/UserModel.ts';

/** Puts so many active users into the database, without any purchases. */
export async function makeUsers(count: number): Promise<void> {
  const now = new Date();
  for (let made = 0; made < count; made += 1_000) {
    await UserModel.insertMany(
      Array.from({ length: Math.min(1_000, count - made) }, (_, position) => {
        const externalId = String(made + position).padStart(6, '0');
        const email = `${externalId}@example.com`;
        return { externalId, email, timezone: 'UTC', active: true, createdAt: now, updatedAt: now };
      }),
    );
  }
}
