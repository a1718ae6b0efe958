import type { PressureUnit } from '../../src/base/units.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { fixed, pressureText } from '../app/format.ts';
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
}

/** Of the injector as of the moment, of guidance as of the frame that is shown. */
export function comparedOf(mode: PictureMode, plane: PlaneId, moment: Moment | null): Compared {
  const seen = pictureInfo(`${mode}/${plane}`).guidance?.observation;
  return {
    pressureKpa: moment?.reading.pressureKpa ?? null,
    volumeMl: moment?.reading.volumeMl ?? null,
    angleDeg: seen?.needle.deviation?.angleDeg ?? null,
    tipToLineMm: seen?.needle.deviation?.tipToLineMm ?? null,
    cementAreaMm2: seen?.cement.areaMm2 ?? null,
  };
}

interface Row {
  readonly value: keyof Compared;
  readonly name: string;
  readonly unit: string;
  readonly show: (value: number) => string;
}

const rowsIn = (unit: PressureUnit): readonly Row[] => [
  {
    value: 'pressureKpa',
    name: text.numbers.pressure,
    unit,
    show: (kpa) => (kpa < 0 ? `−${pressureText(-kpa, unit)}` : pressureText(kpa, unit)),
  },
  { value: 'volumeMl', name: text.numbers.volume, unit: 'mL', show: (ml) => fixed(ml, 2) },
  { value: 'angleDeg', name: words.angle, unit: '°', show: (degrees) => fixed(degrees, 1) },
  { value: 'tipToLineMm', name: words.tipToLine, unit: 'mm', show: (mm) => fixed(mm, 1) },
  { value: 'cementAreaMm2', name: words.cementArea, unit: 'mm²', show: (area) => fixed(area, 0) },
];

interface Props {
  readonly first: Compared;
  readonly second: Compared;
  readonly unit: PressureUnit;
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
        {rowsIn(unit).map(({ value, name, unit: of, show }) => {
          const [one, other] = [first[value], second[value]];
          return (
            <tr key={value}>
              <th scope="row">
                {name} <span className="quiet">{of}</span>
              </th>
              <td>{one === null ? text.none : show(one)}</td>
              <td>{other === null ? text.none : show(other)}</td>
              <td>{one === null || other === null ? text.none : show(other - one)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
