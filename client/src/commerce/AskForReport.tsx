import { NativeSelect, Stack } from '@mantine/core';
import { FileText } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { tell } from '../api/http.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

const { commerce } = words;

/** Asks for a report, and goes to the list where it appears. */
export function AskForReport() {
  const [, goTo] = useLocation();
  const [type, setType] = useState('sales');
  const [format, setFormat] = useState('pdf');
  return (
    <Act
      label={commerce.askReport}
      icon={FileText}
      text={commerce.askReportText}
      act={() => tell('/api/v1/commerce/reports', { type, format })}
      done={() => {
        goTo('/commerce?list=reports');
        return commerce.asked;
      }}
    >
      <Stack gap="sm">
        <NativeSelect
          label={commerce.columns.report}
          data={Object.entries(commerce.reportTypes).map(([value, label]) => ({ value, label }))}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
        />
        <NativeSelect
          label={commerce.format}
          data={['pdf', 'xlsx', 'csv']}
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value)}
        />
      </Stack>
    </Act>
  );
}
