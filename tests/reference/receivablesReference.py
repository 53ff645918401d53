"""Scores and days sales outstanding of each customer, from the raw lines of receivables.csv.

Written apart from the product, from the definitions alone, with decimals and dates of Python's own:
python3 tests/reference/receivablesReference.py data/commerce/receivables.csv 2013-06-30
"""
import csv, datetime, math, sys
from decimal import Decimal, ROUND_HALF_UP

path, day = sys.argv[1], datetime.date.fromisoformat(sys.argv[2])


def date(text):
    month, dayOfMonth, year = map(int, text.split('/'))
    return datetime.date(year, month, dayOfMonth)


customers = {}
for row in csv.DictReader(open(path)):
    customers.setdefault(row['customerID'], []).append((
        date(row['InvoiceDate']), date(row['DueDate']), date(row['SettledDate']),
        Decimal(row['InvoiceAmount']), row['Disputed'] == 'Yes'))

print('customerId,score,daysSalesOutstanding')
for customer in sorted(customers):
    invoices = customers[customer]
    settled = [invoice for invoice in invoices if invoice[2] <= day]
    score = ''
    if settled:
        weights = [0.5 ** ((day - invoice[2]).days / 180) for invoice in settled]
        total = sum(weights)
        onTime = sum(w for w, i in zip(weights, settled) if i[2] <= i[1]) / total
        late = sum(w * max(0, (i[2] - i[1]).days) for w, i in zip(weights, settled)) / total
        disputed = sum(w for w, i in zip(weights, settled) if i[4]) / total
        first = min(i[0] for i in invoices if i[0] <= day)
        score = math.floor(0.5 + 300 + 550 * (
            0.45 * onTime + 0.25 * (1 - min(late, 60) / 60) + 0.15 * (1 - disputed)
            + 0.10 * min(len(settled), 24) / 24 + 0.05 * min((day - first).days, 730) / 730))
    opened = sum(i[3] for i in invoices if i[0] <= day < i[2])
    turnover = sum(i[3] for i in invoices if day - datetime.timedelta(90) < i[0] <= day)
    outstanding = '' if turnover == 0 else (opened / turnover * 90).quantize(Decimal('0.01'), ROUND_HALF_UP)
    print(f'{customer},{score},{outstanding}')
