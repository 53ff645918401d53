import { Text } from '@mantine/core';
import { EACH, useAnswer } from '../api/queries.ts';
import type { CreditScore, Customer, SalesOutstanding } from '../api/shapes.ts';
import { Answer } from '../parts/Answer.tsx';
import { Fact, Facts } from '../parts/Fact.tsx';
import { List } from '../parts/List.tsx';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { orderColumns } from './columns.tsx';

const { customer: texts, columns: names } = words.commerce;

/** One customer: what they owe, how far they are trusted and why, and their orders. */
export default function CustomerPage({ customerId }: { customerId: string }) {
  const id = encodeURIComponent(customerId);
  const path = `/api/v1/commerce/customers/${id}`;
  const customer = useAnswer<Customer>(path, EACH.few);
  const score = useAnswer<CreditScore>(`${path}/score`, EACH.slow);
  const outstanding = useAnswer<SalesOutstanding>(`${path}/sales-outstanding`, EACH.slow);
  return (
    <Answer of={customer}>
      {({ name, creditLimit, creditUsed }) => (
        <>
          <PageHead title={name} about={customerId} />
          <Panel title={texts.credit}>
            <Facts>
              <Fact name={names.limit}>{creditLimit ?? words.common.none}</Fact>
              <Fact name={names.used}>{creditUsed}</Fact>
              <Fact name={texts.open}>{outstanding.data?.open ?? words.common.unknown}</Fact>
              <Fact name={texts.days}>
                {outstanding.data?.daysSalesOutstanding ?? words.common.none}
              </Fact>
            </Facts>
          </Panel>
          <Panel title={texts.score} flush>
            <Answer of={score}>{(answer) => <Score score={answer} />}</Answer>
          </Panel>
          <PagedList
            title={words.commerce.orders}
            path={`/api/v1/commerce/orders?customerId=${id}`}
            file={`orders-${customerId}`}
            columns={orderColumns}
            idOf={(order) => order.id}
            none={words.commerce.none}
          />
        </>
      )}
    </Answer>
  );
}

function Score({ score: { score, asOf, reasons } }: { score: CreditScore }) {
  return (
    <>
      <Text p="md" fw={600}>
        {score === null ? texts.noScore : texts.scoreOf(count(score), asOf)}
      </Text>
      {reasons.length > 0 && (
        <List
          label={texts.score}
          rows={reasons}
          idOf={({ part }) => part}
          columns={[
            { name: texts.reason, cell: ({ text }) => text },
            {
              name: texts.points,
              cell: ({ points, maxPoints }) => `${count(points)} / ${count(maxPoints)}`,
              numeric: true,
            },
          ]}
        />
      )}
    </>
  );
}
