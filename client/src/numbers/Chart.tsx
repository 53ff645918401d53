import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useZone } from '../parts/clock.ts';
import { words } from '../words/words.ts';
import type { Bucket } from './series.ts';

const HEIGHT = 200;

/** How many jobs completed and failed, as lines. For readers it is a picture: the table beside it has the numbers. */
export default function Chart({ buckets }: { buckets: readonly Bucket[] }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const { zone } = useZone();
  const drawn = useRef<UPlot | null>(null);
  const data = useRef<UPlot.AlignedData>([[]]);
  data.current = [
    buckets.map(({ at }) => at / 1_000),
    buckets.map(({ completed }) => completed),
    buckets.map(({ failed }) => failed),
  ];

  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme has other colours to be read.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = new UPlot(optionsFor(element, zone), data.current, element);
    drawn.current = chart;
    const resized = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
      drawn.current = null;
    };
  }, [scheme, zone]);
  useEffect(() => drawn.current?.setData(data.current));
  return <div ref={place} className="chart" aria-hidden="true" />;
}

function optionsFor(element: HTMLElement, zone: 'local' | 'utc'): UPlot.Options {
  const grid = { stroke: colourOf(element, 'var(--line)'), width: 1 };
  const axis = { stroke: colourOf(element, 'inherit'), grid };
  const line = (label: string, tone: string): UPlot.Series => ({
    ...{ label, stroke: colourOf(element, tone), width: 2, points: { show: false } },
  });
  const seconds = (time: number) => new Date(time * 1_000);
  return {
    ...{ width: element.clientWidth, height: HEIGHT },
    ...(zone === 'utc' && { tzDate: (time: number) => UPlot.tzDate(seconds(time), 'UTC') }),
    axes: [
      { ...axis, values: (chart, times) => times.map((time) => labelOf(chart, time, zone)) },
      { ...axis, size: 56 },
    ],
    series: [
      {},
      line(words.numbers.completed, 'var(--tone-good)'),
      line(words.numbers.failed, 'var(--tone-bad)'),
    ],
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.1)] } },
    legend: { live: false },
    cursor: { show: false },
  };
}

const DAY_S = 86_400;

/** The day where a bucket is one, else the time of day. */
function labelOf(chart: UPlot, time: number, zone: 'local' | 'utc'): string {
  const [first = 0, second = 0] = chart.data[0];
  const part: Intl.DateTimeFormatOptions =
    second - first < DAY_S
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
      : { day: 'numeric', month: 'short' };
  const inZone = zone === 'utc' ? { ...part, timeZone: 'UTC' } : part;
  return new Intl.DateTimeFormat('en-GB', inZone).format(new Date(time * 1_000));
}

/** A colour of the style sheet as a canvas takes it: of a variable it knows nothing. */
function colourOf(element: HTMLElement, colour: string): string {
  const before = element.style.color;
  element.style.color = colour;
  const computed = getComputedStyle(element).color;
  element.style.color = before;
  return computed;
}
