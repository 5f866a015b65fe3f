//! One name for what formats call differently.

/// The name of a tag; `None` if it keeps its own.
pub(super) fn of(own: &str) -> Option<&'static str> {
    let low = own.to_ascii_lowercase();
    Some(match low.as_str() {
        "©mak"
        | "com.apple.quicktime.make"
        | "com.android.manufacturer"
        | "manufacturer"
        | "tmak" => "make",
        "©mod" | "com.apple.quicktime.model" | "com.android.model" | "tmod" => "model",
        "©swr" | "com.apple.quicktime.software" | "isft" | "software" => "software",
        "©too" | "encoder" | "tsse" | "tss" | "encoding_tool" | "iencoder" => "encoder",
        "©enc" | "tenc" | "encoded_by" | "encoded-by" => "encoded-by",
        "©xyz" | "com.apple.quicktime.location.iso6709" | "location" | "location-eng" => {
            "location"
        }
        "©day"
        | "com.apple.quicktime.creationdate"
        | "icrd"
        | "date"
        | "tdrc"
        | "tyer"
        | "date_recorded"
        | "creation_time"
        | "tdor"
        | "tden" => "date",
        "com.android.version" => "android-version",
        "©nam" | "name" | "inam" | "title" | "tit2" | "titl" | "com.apple.quicktime.title" => {
            "title"
        }
        "©art" | "iart" | "artist" | "tpe1" | "auth" | "author" | "com.apple.quicktime.author" => {
            "author"
        }
        "©cmt" | "icmt" | "anno" | "comment" | "comm" | "com.apple.quicktime.comment" => "comment",
        "desc" | "description" | "dscp" | "com.apple.quicktime.description" => "description",
        "cprt" | "©cpy" | "icop" | "copyright" | "tcop" => "copyright",
        _ => return None,
    })
}

/// The name of a tag, its own if it has no other.
pub(super) fn name(own: &str) -> &str {
    of(own).unwrap_or(own)
}
