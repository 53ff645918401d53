import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { inZone, useZone, type Zone } from '../parts/clock.ts';
import { words } from '../words/words.ts';
import type { Bucket } from './series.ts';

const HEIGHT = 200;

interface ChartProps {
  buckets: readonly Bucket[];
}

/** How many jobs completed and failed, as lines. Screen readers skip it: the table beside it has the numbers. */
export default function Chart({ buckets }: ChartProps) {
  const scheme = useComputedColorScheme();
  const { zone } = useZone();
  // uPlot takes colours and zone only when it is created, so a change of either creates it anew.
  return <Lines key={`${scheme} ${zone}`} buckets={buckets} zone={zone} />;
}

function Lines({ buckets, zone }: ChartProps & { zone: Zone }) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot | null>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = new UPlot(optionsFor(element, zone), [[], [], []], element);
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
  }, [zone]);
  useEffect(() => {
    drawn.current?.setData([
      buckets.map(({ at }) => at / 1_000),
      buckets.map(({ completed }) => completed),
      buckets.map(({ failed }) => failed),
    ]);
  }, [buckets]);
  return <div ref={place} className="chart" aria-hidden="true" />;
}

function optionsFor(element: HTMLElement, zone: Zone): UPlot.Options {
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

/** The label of a point in time: the date if each bucket is a day, else the time of day. */
function labelOf(chart: UPlot, time: number, zone: Zone): string {
  const [first = 0, second = 0] = chart.data[0];
  const parts: Intl.DateTimeFormatOptions =
    second - first < DAY_S
      ? { hour: '2-digit', minute: '2-digit' }
      : { day: 'numeric', month: 'short' };
  return inZone(new Date(time * 1_000).toISOString(), parts, zone);
}

/** A colour of the style sheet, computed: a canvas does not resolve CSS variables. */
function colourOf(element: HTMLElement, colour: string): string {
  const before = element.style.color;
  element.style.color = colour;
  const computed = getComputedStyle(element).color;
  element.style.color = before;
  return computed;
}
