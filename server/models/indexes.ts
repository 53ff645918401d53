import type { Model, Schema } from 'mongoose';
import { AccountModel } from './AccountModel.ts';
import { ApiTokenModel } from './ApiTokenModel.ts';
import { AuditModel } from './AuditModel.ts';
import type { Fields } from './bson.ts';
import { CreditScoreModel } from './commerce/CreditScoreModel.ts';
import { InvoiceModel } from './commerce/InvoiceModel.ts';
import { MessageModel } from './commerce/MessageModel.ts';
import { OrderModel } from './commerce/OrderModel.ts';
import { PaymentModel } from './commerce/PaymentModel.ts';
import { ProductModel } from './commerce/ProductModel.ts';
import { PurchaseOrderModel } from './commerce/PurchaseOrderModel.ts';
import { ReportModel } from './commerce/ReportModel.ts';
import { DeployModel } from './DeployModel.ts';
import { HealthSnapshotModel } from './HealthSnapshotModel.ts';
import { HostTurnModel } from './HostTurnModel.ts';
import { HttpExecutionModel } from './HttpExecutionModel.ts';
import { HttpJobModel } from './HttpJobModel.ts';
import { ImportModel } from './ImportModel.ts';
import { IncidentModel } from './IncidentModel.ts';
import { MailMarkModel } from './MailMarkModel.ts';
import { MailModel } from './MailModel.ts';
import { PostModel } from './PostModel.ts';
import { PurchaseModel } from './PurchaseModel.ts';
import { ServiceLogModel } from './ServiceLogModel.ts';
import { ServiceModel } from './ServiceModel.ts';
import { JobStatusModel } from './system/JobStatusModel.ts';
import { NumbersModel } from './system/NumbersModel.ts';
import { RunModel } from './system/RunModel.ts';
import { SlotModel } from './system/SlotModel.ts';
import { WorkerModel } from './system/WorkerModel.ts';
import { UserModel } from './UserModel.ts';
import { UserSummaryModel } from './UserSummaryModel.ts';

type Indexed = Pick<Model<unknown>, 'modelName' | 'createIndexes' | 'diffIndexes'> & {
  readonly collection: { readonly name: string };
  readonly schema: Pick<Schema, 'indexes'>;
};

const INDEXED: readonly Indexed[] = [
  AccountModel,
  AuditModel,
  CreditScoreModel,
  DeployModel,
  HttpExecutionModel,
  HttpJobModel,
  ApiTokenModel,
  HealthSnapshotModel,
  HostTurnModel,
  ImportModel,
  IncidentModel,
  InvoiceModel,
  JobStatusModel,
  NumbersModel,
  MessageModel,
  OrderModel,
  PaymentModel,
  ProductModel,
  MailMarkModel,
  MailModel,
  PostModel,
  PurchaseModel,
  PurchaseOrderModel,
  ReportModel,
  RunModel,
  ServiceLogModel,
  ServiceModel,
  SlotModel,
  UserModel,
  UserSummaryModel,
  WorkerModel,
];

/**
 * Makes every index that a query or a uniqueness of the product rests on; those that are there
 * are left alone. Needs an open connection.
 * @returns the names of the models whose indexes now stand.
 */
export async function ensureIndexes(): Promise<string[]> {
  for (const model of INDEXED) await model.createIndexes();
  return INDEXED.map(({ modelName }) => modelName);
}

/** The indexes that the product needs of a collection, as MongoDB takes them. */
export function neededIndexes(collection: string): Fields[] {
  const models = INDEXED.filter((model) => model.collection.name === collection);
  return models.flatMap(({ schema }) =>
    schema
      .indexes()
      .map(
        ([key, options]) =>
          new Map<string, unknown>([
            ['key', key],
            ['name', Object.entries(key).flat().join('_')],
            ...Object.entries(options),
          ]),
      ),
  );
}

/** The indexes that are not there, as `Model: key, key`. Needs an open connection. */
export async function absentIndexes(): Promise<string[]> {
  const absent: string[] = [];
  for (const model of INDEXED) {
    const { toCreate } = await model.diffIndexes({ indexOptionsToCreate: false });
    for (const index of toCreate) {
      absent.push(`${model.modelName} (${Object.keys(index).join(', ')})`);
    }
  }
  return absent;
}
