// Inside the room: the parts of a compact token (RFC 7515 section 7.1), read before anything about
// them is verified. Any thread.
#pragma once

#include <string_view>

#include "foundation/bytes.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::jose {

inline constexpr json::ParseLimits kHeaderLimits{.depth = 8, .nodes = 256};
inline constexpr json::ParseLimits kPayloadLimits{.depth = 16, .nodes = 8192};

struct CompactToken {
    json::Document header;  // an object
    Bytes payload;
    Bytes signature;
    std::string_view signed_text;  // header '.' payload; borrows the token
};

// Errc::unauthenticated for what is longer than limits::kTokenBytes, has not three parts, is not
// strict base64url, or whose header is no JSON object with unique names.
[[nodiscard]] Result<CompactToken> read_compact(std::string_view token);
// A token's part as a JSON object with unique names; Errc::unauthenticated if it is none.
[[nodiscard]] Result<json::Document> parse_object(BytesView bytes, json::ParseLimits limits);
// RFC 7515 section 4.1.9: a media type, whose "application/" may be left out, in any case.
[[nodiscard]] bool has_type(json::Value header, std::string_view expected);

}  // namespace salus::jose
