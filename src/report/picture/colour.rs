//! The colours of levels: cividis (Nunez, Anderton and Renslow, "Optimizing colormaps with consideration for color
//! vision deficiency", PLOS ONE 13(7), 2018): perceived lightness rises evenly from dark blue to yellow, in print
//! without colour as well, and looks much the same with any kind of colour blindness.

/// Shades of a picture. More would not be told apart in the noise, and would not be packed as well.
pub(super) const SHADES: usize = 64;

/// The map at sixteenths of its length, rounded; between them it is close to straight.
const CIVIDIS: [[u8; 3]; 17] = [
    [0, 32, 81],
    [1, 43, 101],
    [17, 54, 108],
    [38, 66, 110],
    [60, 77, 110],
    [81, 88, 110],
    [98, 100, 111],
    [114, 112, 113],
    [127, 124, 117],
    [140, 136, 119],
    [154, 148, 120],
    [169, 161, 119],
    [187, 175, 113],
    [206, 189, 104],
    [226, 203, 92],
    [243, 218, 79],
    [253, 234, 69],
];

/// Red, green and blue of a shade, 0 the darkest and [`SHADES`]` - 1` the lightest.
pub(super) fn shade(number: u8) -> [u8; 3] {
    let last = CIVIDIS.len() - 1;
    let place = f64::from(number) / (SHADES - 1) as f64 * last as f64;
    let below = (place as usize).min(last - 1);
    let share = (place - below as f64).min(1.0);
    let (from, to) = (CIVIDIS[below], CIVIDIS[below + 1]);
    std::array::from_fn(|k| {
        let mixed = f64::from(from[k]) + share * (f64::from(to[k]) - f64::from(from[k]));
        mixed.round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE 1976 lightness of an sRGB colour.
    fn lightness(rgb: [u8; 3]) -> f64 {
        let linear = rgb.map(|v| {
            let v = f64::from(v) / 255.0;
            match v <= 0.04045 {
                true => v / 12.92,
                false => ((v + 0.055) / 1.055).powf(2.4),
            }
        });
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        116.0 * y.cbrt() - 16.0
    }

    #[test]
    fn lightness_rises_evenly_from_dark_to_light() {
        let all: Vec<f64> = (0..SHADES as u8).map(|n| lightness(shade(n))).collect();
        assert!(all[0] < 15.0 && all[SHADES - 1] > 90.0, "{all:?}");
        let even = (all[SHADES - 1] - all[0]) / (SHADES - 1) as f64;
        for pair in all.windows(2) {
            let step = pair[1] - pair[0];
            assert!(
                (0.4 * even..1.6 * even).contains(&step),
                "{step} for {even}"
            );
        }
    }
}
