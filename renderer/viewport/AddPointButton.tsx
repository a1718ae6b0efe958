import type { ImagePoint, PlaneId } from '../../src/sample/index.ts';
import { text } from '../text.ts';
import type { PlaneController } from './planeController.ts';

interface Props {
  readonly plane: PlaneId;
  readonly controller: PlaneController;
  readonly onAdd: (point: ImagePoint) => void;
}

/** For the keyboard alone, seen while it has the focus: sets a point in the middle of the picture, from where the arrows move it. */
export function AddPointButton({ plane, controller, onAdd }: Props) {
  return (
    <button
      type="button"
      className="action add-point"
      onClick={({ currentTarget: { parentElement } }) => {
        const point = parentElement && controller.imagePointAt([parentElement.clientWidth / 2, parentElement.clientHeight / 2]);
        if (point) onAdd(point);
      }}
    >
      {text.plan.addPoint(plane.toUpperCase())}
    </button>
  );
}
