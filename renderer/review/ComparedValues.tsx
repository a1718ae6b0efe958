import type { PressureUnit } from '../../src/base/units.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { ageText, fixed, pressureText } from '../app/format.ts';
import type { Moment } from '../store/moment.ts';
import { text } from '../text.ts';
import { type PictureMode, pictureInfo } from '../viewport/pictureInfo.ts';

const words = text.compare;

/** What is compared of one record at one moment; null where it says nothing. */
interface Compared {
  readonly pressureKpa: number | null;
  readonly volumeMl: number | null;
  readonly angleDeg: number | null;
  readonly tipToLineMm: number | null;
  readonly cementAreaMm2: number | null;
  /** Of the injector's reading, where it is too old to stand for this moment, ms; null while it is not. */
  readonly staleForMs: number | null;
}

/** Of the injector as of the moment, of guidance as of the frame that is shown. */
export function comparedOf(mode: PictureMode, plane: PlaneId, moment: Moment | null): Compared {
  const seen = pictureInfo(`${mode}/${plane}`).guidance?.observation;
  const { freshness, ageMs } = moment?.reading ?? { freshness: 'none', ageMs: null };
  return {
    staleForMs: freshness === 'stale' ? ageMs : null,
    pressureKpa: moment?.reading.pressureKpa ?? null,
    volumeMl: moment?.reading.volumeMl ?? null,
    angleDeg: seen?.needle.deviation?.angleDeg ?? null,
    tipToLineMm: seen?.needle.deviation?.tipToLineMm ?? null,
    cementAreaMm2: seen?.cement.areaMm2 ?? null,
  };
}

interface Row {
  readonly value: Exclude<keyof Compared, 'staleForMs'>;
  readonly isOfInjector?: true;
  readonly name: string;
  readonly unit: string;
  readonly show: (value: number) => string;
}

const rowsIn = (unit: PressureUnit): readonly Row[] => [
  {
    value: 'pressureKpa',
    isOfInjector: true,
    name: text.numbers.pressure,
    unit,
    show: (kpa) => (kpa < 0 ? `−${pressureText(-kpa, unit)}` : pressureText(kpa, unit)),
  },
  { value: 'volumeMl', isOfInjector: true, name: text.numbers.volume, unit: 'mL', show: (ml) => fixed(ml, 2) },
  { value: 'angleDeg', name: words.angle, unit: '°', show: (degrees) => fixed(degrees, 1) },
  { value: 'tipToLineMm', name: words.tipToLine, unit: 'mm', show: (mm) => fixed(mm, 1) },
  { value: 'cementAreaMm2', name: words.cementArea, unit: 'mm²', show: (area) => fixed(area, 0) },
];

interface Props {
  readonly first: Compared;
  readonly second: Compared;
  readonly unit: PressureUnit;
}

/** One figure; grey and with its age where it is older than the moment it stands in. */
function Figure({ words, staleForMs }: { readonly words: string; readonly staleForMs: number | null }) {
  return (
    <td data-fresh={staleForMs === null ? 'fresh' : 'stale'}>
      {words}
      {staleForMs !== null && <span className="compare-age">{text.injector.lastReading(ageText(staleForMs))}</span>}
    </td>
  );
}

/** Both records in figures, and how far the second is from the first. */
export function ComparedValues({ first, second, unit }: Props) {
  return (
    <table className="compare-values">
      <thead>
        <tr>
          <th>{words.value}</th>
          <th>{words.firstLetter}</th>
          <th>{words.secondLetter}</th>
          <th>{words.difference}</th>
        </tr>
      </thead>
      <tbody>
        {rowsIn(unit).map(({ value, name, unit: of, show, isOfInjector }) => {
          const [one, other] = [first[value], second[value]];
          const [oneStale, otherStale] = [first, second].map((side) => (isOfInjector && side[value] !== null ? side.staleForMs : null));
          return (
            <tr key={value}>
              <th scope="row">
                {name} <span className="quiet">{of}</span>
              </th>
              <Figure words={one === null ? text.none : show(one)} staleForMs={oneStale ?? null} />
              <Figure words={other === null ? text.none : show(other)} staleForMs={otherStale ?? null} />
              <td data-fresh={(oneStale ?? otherStale ?? null) === null ? 'fresh' : 'stale'}>
                {one === null || other === null ? text.none : show(other - one)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
