import {
  CalendarClock,
  CircleGauge,
  Cloud,
  Cpu,
  History,
  Layers,
  ListChecks,
  type LucideIcon,
  PlayCircle,
  Send,
  ShoppingCart,
  TriangleAlert,
} from 'lucide-react';
import type { Words } from '../words/en.ts';

interface PageOfNav {
  name: keyof Words['pages'];
  path: string;
  icon: LucideIcon;
  /** After `g` it goes there. */
  key: string;
}

/** The pages, in the order in which the menu has them. */
export const PAGES: readonly PageOfNav[] = [
  { name: 'now', path: '/', icon: CircleGauge, key: 'n' },
  { name: 'schedules', path: '/schedules', icon: CalendarClock, key: 's' },
  { name: 'runs', path: '/runs', icon: PlayCircle, key: 'r' },
  { name: 'jobs', path: '/jobs', icon: ListChecks, key: 'j' },
  { name: 'failures', path: '/failures', icon: TriangleAlert, key: 'f' },
  { name: 'queues', path: '/queues', icon: Layers, key: 'q' },
  { name: 'workers', path: '/workers', icon: Cpu, key: 'w' },
  { name: 'destinations', path: '/destinations', icon: Send, key: 'd' },
  { name: 'services', path: '/services', icon: Cloud, key: 'v' },
  { name: 'commerce', path: '/commerce', icon: ShoppingCart, key: 'c' },
  { name: 'audit', path: '/audit', icon: History, key: 'a' },
];
