import type { InjectorDriver } from './driver.ts';
import { lineDriver } from './line.ts';
import { defaultLineFormat, type LineFormat } from './lineFormat.ts';
import { newEraDriver } from './newEra.ts';
import { pedicleV1Driver } from './pedicleV1.ts';

/** Every protocol the console reads, by the name it has in source URIs and records. */
export const injectorDrivers: Readonly<Record<string, InjectorDriver>> = {
  [pedicleV1Driver.name]: pedicleV1Driver,
  [newEraDriver.name]: newEraDriver,
  line: lineDriver(defaultLineFormat),
};

export const injectorDriverNames: readonly string[] = Object.keys(injectorDrivers);

/** Drivers of site formats, so that a pattern is compiled once and not with every packet of bytes. */
const siteLineDrivers = new WeakMap<LineFormat, InjectorDriver>();

function siteLineDriver(format: LineFormat): InjectorDriver {
  const known = siteLineDrivers.get(format) ?? lineDriver(format);
  siteLineDrivers.set(format, known);
  return known;
}

/** `undefined` for a name that nobody knows. `line` reads what the site says its lines look like. */
export function injectorDriver(name: string, line: LineFormat): InjectorDriver | undefined {
  if (name === 'line' && line !== defaultLineFormat) return siteLineDriver(line);
  return Object.hasOwn(injectorDrivers, name) ? injectorDrivers[name] : undefined;
}
