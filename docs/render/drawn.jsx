// The kinds of panels that `@grafana/ui` does not have, drawn plainly with Grafana's colours and formats.

const text = ({ text, suffix, prefix }) => `${prefix ?? ''}${text}${suffix ?? ''}`;

/** Grafana's palette, which the theme gives by number. */
const palette = (theme, at) => theme.visualization.getColorByName(theme.visualization.palette[at % theme.visualization.palette.length]);

const arc = (x, y, r, from, to) => {
  const at = (angle) => `${x + r * Math.cos(angle)} ${y + r * Math.sin(angle)}`;
  return `M ${at(from)} A ${r} ${r} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}`;
};

export function Dial({ values, width, height, theme }) {
  const [{ field, value, display }] = values;
  const { min = 0, max = 1 } = field.config;
  const share = Math.min(1, Math.max(0, (value - min) / (max - min)));
  const [x, y, r] = [width / 2, height * 0.62, Math.min(width / 2.4, height * 0.52)];
  const [from, to] = [Math.PI * 0.9, Math.PI * 2.1];
  return (
    <svg width={width} height={height}>
      <path d={arc(x, y, r, from, to)} fill="none" stroke={theme.colors.background.secondary} strokeWidth={r / 4} />
      <path d={arc(x, y, r, from, from + (to - from) * share + 1e-6)} fill="none" stroke={display.color} strokeWidth={r / 4} />
      <text x={x} y={y + r / 8} textAnchor="middle" fontSize={r / 2.4} fill={display.color}>
        {text(display)}
      </text>
    </svg>
  );
}

export function Ring({ values, width, height, theme }) {
  const shown = values.filter(({ value }) => value > 0);
  const sum = shown.reduce((sum, { value }) => sum + value, 0);
  const r = Math.min(width / 3.2, height / 2.6);
  let from = -Math.PI / 2;
  return (
    <svg width={width} height={height}>
      {shown.map(({ field, value, display }, at) => {
        const color = field.config.color.fixedColor ? display.color : palette(theme, at);
        const to = from + (value / sum) * Math.PI * 2 - 1e-4;
        const path = arc(width * 0.32, height / 2, r * 0.8, from, to);
        from = to;
        return (
          <g key={at}>
            <path d={path} fill="none" stroke={color} strokeWidth={r * 0.4} />
            <circle cx={width * 0.62} cy={24 + at * 22} r={5} fill={color} />
            <text x={width * 0.62 + 12} y={28 + at * 22} fontSize={12} fill={theme.colors.text.primary}>
              {display.title} {Math.round((100 * value) / sum)}%
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** Where a moment is, of a width. */
const at = (time, width) => ((time / 1000 - window.input.start) / (window.input.end - window.input.start)) * width;

export function States({ frames, width, height, theme }) {
  const left = 200;
  const each = Math.min(40, (height - 8) / frames.length);
  return (
    <svg width={width} height={height}>
      {frames.map(({ fields: [time, field] }, row) => {
        const step = at(1000 * (window.input.start + window.input.step), width - left);
        const display = field.display(field.values.at(-1));
        return (
          <g key={row}>
            <text x={8} y={row * each + each / 2 + 4} fontSize={12} fill={theme.colors.text.primary}>
              {field.name}
            </text>
            {field.values.map((value, index) => (
              <rect key={index} x={left + at(time.values[index], width - left) - step} y={row * each + 3} width={step + 0.5} height={each - 6} fill={field.display(value).color} opacity={0.7} />
            ))}
            <text x={left + at(time.values.at(-1), width - left) - 6} y={row * each + each / 2 + 4} fontSize={12} textAnchor="end" fill={theme.colors.text.maxContrast}>
              {text(display)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

export function Heat({ frames, width, height, theme }) {
  const bound = (frame) => (frame.fields[1].name === '+Inf' ? Infinity : Number(frame.fields[1].name));
  const rows = [...frames].sort((a, b) => bound(a) - bound(b));
  // Buckets are cumulative.
  const cells = rows.map((frame, row) =>
    frame.fields[1].values.map((value, at) => Math.max(0, value - (row > 0 ? rows[row - 1].fields[1].values[at] : 0))),
  );
  const highest = Math.max(...cells.flat(), 1e-9);
  const [left, each] = [64, height / rows.length];
  return (
    <svg width={width} height={height}>
      {cells.map((values, row) => (
        <g key={row}>
          <text x={4} y={height - row * each - each / 2 + 4} fontSize={11} fill={theme.colors.text.secondary}>
            {rows[row].fields[1].name}
          </text>
          {values.map((value, index) => {
            const step = at(1000 * (window.input.start + window.input.step), width - left);
            const x = left + at(rows[row].fields[0].values[index], width - left) - step;
            const share = Math.sqrt(value / highest);
            return value > 0 && <rect key={index} x={x} y={height - (row + 1) * each} width={step} height={each - 1} fill={`rgba(255,${Math.round(190 - 120 * share)},60,${0.15 + 0.85 * share})`} />;
          })}
        </g>
      ))}
    </svg>
  );
}
