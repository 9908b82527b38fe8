// Inside the room: members of documents that this room wrote. They were sealed, so what is missing
// or of another kind is damage: Errc::corrupt. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"
#include "json/writer.h"
#include "request/device_posture.h"

namespace salus::identity {

[[nodiscard]] Result<std::string> text_in(json::Value root, std::string_view name);
[[nodiscard]] Result<std::int64_t> integer_in(json::Value root, std::string_view name);
[[nodiscard]] Result<WallTime> time_in(json::Value root, std::string_view name);
[[nodiscard]] Result<Bytes> bytes_in(json::Value root, std::string_view name);
[[nodiscard]] Result<crypto::Sha256Digest> digest_in(json::Value root, std::string_view name);
[[nodiscard]] Result<std::vector<std::string>> texts_in(json::Value root, std::string_view name);
[[nodiscard]] Result<request::DevicePosture> device_in(json::Value root, std::string_view name);
[[nodiscard]] bool is_true(json::Value root, std::string_view name);

// Whole seconds.
void write_time(json::Writer& writer, std::string_view name, WallTime time);
void write_bytes(json::Writer& writer, std::string_view name, BytesView bytes);
void write_texts(json::Writer& writer, std::string_view name, std::vector<std::string> const& all);
// Nothing is written for an empty text, or for false.
void write_text(json::Writer& writer, std::string_view name, std::string_view text);
void write_flag(json::Writer& writer, std::string_view name, bool value);

}  // namespace salus::identity
