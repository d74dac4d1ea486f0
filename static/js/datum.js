// WGS-84 to GCJ-02, for tile layers that are drawn in GCJ-02. Data stay WGS-84 everywhere else.
const AXIS_M = 6378245.0;
const ECCENTRICITY = 0.006693421622965943;

function waves(first, second) {
  return ((20 * Math.sin(6 * first * Math.PI) + 20 * Math.sin(2 * first * Math.PI)) * 2) / 3 + second;
}

function shiftLat(x, y) {
  const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const slow = ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3;
  const slower = ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  return waves(x, base + slow + slower);
}

function shiftLon(x, y) {
  const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const slow = ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3;
  const slower = ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  return waves(x, base + slow + slower);
}

export function toGcj02([lon, lat]) {
  const x = lon - 105;
  const y = lat - 35;
  const radians = (lat / 180) * Math.PI;
  const magic = 1 - ECCENTRICITY * Math.sin(radians) ** 2;
  const root = Math.sqrt(magic);
  const north = (shiftLat(x, y) * 180) / (((AXIS_M * (1 - ECCENTRICITY)) / (magic * root)) * Math.PI);
  const east = (shiftLon(x, y) * 180) / ((AXIS_M / root) * Math.cos(radians) * Math.PI);
  return [lon + east, lat + north];
}

// Back by one fixed-point round, good to a few centimetres: for points picked on such a map.
export function toWgs84([lon, lat]) {
  let guess = [lon, lat];
  for (let round = 0; round < 3; round += 1) {
    const there = toGcj02(guess);
    guess = [guess[0] + lon - there[0], guess[1] + lat - there[1]];
  }
  return guess;
}
