//! PNG files, the same bytes for the same picture: no time, no name of a program.

use super::colour::{shade, SHADES};
use super::heat::Shades;
use super::PictureError;
use ::png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

/// A picture in true colour, three bytes a pixel.
pub(super) fn true_colour(
    picture: &'static str,
    (width, height): (usize, usize),
    rgb: &[u8],
) -> Result<Vec<u8>, PictureError> {
    encode((width, height), rgb, None).map_err(|source| PictureError { picture, source })
}

/// A spectrogram alone, one byte a pixel.
pub(super) fn shades(picture: &'static str, of: &Shades) -> Result<Vec<u8>, PictureError> {
    let palette: Vec<u8> = (0..SHADES as u8).flat_map(shade).collect();
    encode((of.width, of.height), &of.shades, Some(palette))
        .map_err(|source| PictureError { picture, source })
}

fn encode(
    (width, height): (usize, usize),
    pixels: &[u8],
    palette: Option<Vec<u8>>,
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    match palette {
        Some(palette) => {
            encoder.set_color(ColorType::Indexed);
            encoder.set_palette(palette);
            // Neighbouring numbers of a palette are not neighbouring bytes of a picture: filters do not help here.
            encoder.set_filter(Filter::NoFilter);
        }
        None => encoder.set_color(ColorType::Rgb),
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Width, height and bytes of a PNG that must be one.
#[cfg(test)]
pub(super) fn decode(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(::png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    pixels.truncate(info.buffer_size());
    (info.width as usize, info.height as usize, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let own = Shades {
            width: 3,
            height: 2,
            shades: vec![0, 10, 20, 30, 40, 63],
        };
        let bytes = shades("test", &own).unwrap();
        let (width, height, pixels) = decode(&bytes);
        let expected: Vec<u8> = own.shades.iter().flat_map(|n| shade(*n)).collect();
        assert_eq!((width, height, pixels), (3, 2, expected));
        let rgb = [1, 2, 3, 4, 5, 6];
        let again = decode(&true_colour("test", (2, 1), &rgb).unwrap());
        assert_eq!(again, (2, 1, rgb.to_vec()));
    }

    #[test]
    fn a_picture_without_pixels_is_an_error_that_names_it() {
        let error = true_colour("spectrogram", (0, 0), &[]).unwrap_err();
        assert!(error.to_string().contains("spectrogram"), "{error}");
    }
}
