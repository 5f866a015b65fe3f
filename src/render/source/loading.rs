//! How strong each order of a propeller's sound is, seen from an angle.

use serde::{Deserialize, Serialize};

use super::super::bessel::bessel_j;
use super::super::error::{check_value, RenderError};

/// The forces on the blades.
///
/// A blade force that turns with the shaft and has the azimuthal harmonics T_l (thrust) and D_l
/// (drag), l = 0, 1, ..., radiates at the shaft order k the far-field pressure amplitudes
///
/// p_k,l ~ k | T_l cos(theta) - (k - l)/(k M) D_l | J_(k-l)(k M sin(theta)),
///
/// with theta the angle from the axis ahead and M the rotational Mach number at the effective
/// radius (0.8 of the tip's): M. V. Lowson, "The sound field for singularities in motion",
/// Proc. R. Soc. A 286 (1965); S. E. Wright, J. Sound Vib. 9 (1969). For l = 0 this is L. Gutin,
/// "On the sound field of a rotating propeller" (1936; NACA TM 1195), and falls steeply with k; the
/// unsteady harmonics, strong where a pusher cuts the wakes of wing, body and cylinders, radiate
/// at any tip speed and fall slowly. They are added in power: their phases are unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// Drag over thrust of a blade at the effective radius, 0.02-1.
    pub drag_ratio: f64,
    /// Unsteady loading at l = 1 over the steady one, 0-2.
    pub unsteady: f64,
    /// The unsteady loading falls as l^-decay, 0.5-5.
    pub decay: f64,
    /// Order over blade count at which the blade's chord and the tip's sweep cut the sound off
    /// (6 dB down), 1-200.
    pub cutoff: f64,
}

impl Loading {
    pub(super) fn check(&self) -> Result<(), RenderError> {
        check_value(self.drag_ratio, "loading", "drag_ratio", 0.02, 1.0)?;
        check_value(self.unsteady, "loading", "unsteady", 0.0, 2.0)?;
        check_value(self.decay, "loading", "decay", 0.5, 5.0)?;
        check_value(self.cutoff, "loading", "cutoff", 1.0, 200.0)
    }

    /// Fills `out[k]` with the amplitude that order k of the shaft would have if it were an order of the
    /// blades (`out[0]` is 0), in arbitrary but constant units; `mach` is that of the tip, 0-0.95,
    /// `ahead` the cosine of theta.
    pub(super) fn amplitudes(&self, mach: f64, ahead: f64, blades: u32, out: &mut [f64]) {
        /// Of the tip's radius.
        const EFFECTIVE_RADIUS: f64 = 0.8;
        let effective = EFFECTIVE_RADIUS * mach.clamp(0.02, 0.95);
        let cos = ahead.clamp(-1.0, 1.0);
        let sin = (1.0 - cos * cos).sqrt();
        let room = out.len() + 24;
        let mut bessel = vec![0.0; room];
        // The same for all orders: l goes up to an order and its reach.
        let strengths: Vec<f64> = (0..out.len() + room)
            .map(|l| self.unsteady * self.falls_off(l as f64))
            .collect();
        for (k, slot) in out.iter_mut().enumerate() {
            if k == 0 {
                *slot = 0.0;
                continue;
            }
            let order = k as f64;
            let x = order * effective * sin;
            // Orders beyond the argument have next to nothing; but the steady part needs J_k.
            let reach = (x as usize + 12).min(k + 12);
            let length = reach.max(k) + 1;
            bessel_j(x, &mut bessel[..length.min(room)]);
            let steady = (cos - self.drag_ratio / effective) * bessel[k];
            let mut power = steady * steady;
            for n in -(reach as isize)..(k as isize) {
                let l = k as isize - n;
                let j = bessel[n.unsigned_abs()];
                let force = cos - n as f64 / (order * effective) * self.drag_ratio;
                power += (strengths[l as usize] * force * j).powi(2);
            }
            let blade_order = order / (f64::from(blades) * self.cutoff);
            *slot = order * power.sqrt() / (1.0 + blade_order * blade_order);
        }
    }

    fn falls_off(&self, l: f64) -> f64 {
        (-self.decay * l.ln()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loading(unsteady: f64) -> Loading {
        Loading {
            drag_ratio: 0.2,
            unsteady,
            decay: 2.0,
            cutoff: 200.0,
        }
    }

    #[test]
    fn steady_loading_is_gutins() {
        let mut out = vec![0.0; 20];
        let (mach, theta) = (0.6f64, 100f64.to_radians());
        loading(0.0).amplitudes(mach, theta.cos(), 2, &mut out);
        let m = 0.8 * mach;
        let gutin = |k: usize| {
            let mut j = vec![0.0; 40];
            bessel_j(k as f64 * m * theta.sin(), &mut j);
            let cut = 1.0 / (1.0 + (k as f64 / 400.0).powi(2));
            k as f64 * (theta.cos() - 0.2 / m).abs() * j[k] * cut
        };
        for k in [2, 4, 10] {
            assert!((out[k] / gutin(k) - 1.0).abs() < 1e-9, "{k}");
        }
        assert!(out[4] / out[2] < 0.6 && out[10] / out[4] < 0.15);
    }

    #[test]
    fn unsteady_loading_makes_high_harmonics_fall_slowly() {
        let (mut steady, mut unsteady) = (vec![0.0; 60], vec![0.0; 60]);
        loading(0.0).amplitudes(0.6, 0.0, 2, &mut steady);
        loading(0.3).amplitudes(0.6, 0.0, 2, &mut unsteady);
        let drop = |out: &[f64]| out[40] / out[2];
        assert!(drop(&unsteady) > 30.0 * drop(&steady));
    }

    #[test]
    fn faster_tips_are_louder() {
        let (mut slow, mut fast) = (vec![0.0; 20], vec![0.0; 20]);
        loading(0.1).amplitudes(0.5, 0.0, 2, &mut slow);
        loading(0.1).amplitudes(0.7, 0.0, 2, &mut fast);
        assert!(fast[2] > slow[2] && fast[8] > 2.0 * slow[8]);
    }
}
