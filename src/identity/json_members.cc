#include "identity/json_members.h"

#include <algorithm>

#include "foundation/bytes.h"

namespace salus::identity {
namespace {

std::unexpected<Error> damaged() {
    return fail(Errc::corrupt, "a document of the identity compartment is damaged");
}

}  // namespace

Result<std::string> text_in(json::Value root, std::string_view name) {
    auto text = root.text_member(name);
    if (!text) return damaged();
    return *std::move(text);
}

Result<std::int64_t> integer_in(json::Value root, std::string_view name) {
    auto const member = root.member(name);
    auto const number = member ? member->integer() : std::nullopt;
    if (!number) return damaged();
    return *number;
}

Result<WallTime> time_in(json::Value root, std::string_view name) {
    SALUS_TRY(auto const seconds, integer_in(root, name));
    return WallTime(std::chrono::seconds(seconds));
}

Result<Bytes> bytes_in(json::Value root, std::string_view name) {
    SALUS_TRY(auto const text, text_in(root, name));
    auto bytes = from_base64url(text);
    if (!bytes) return damaged();
    return *std::move(bytes);
}

Result<crypto::Sha256Digest> digest_in(json::Value root, std::string_view name) {
    SALUS_TRY(auto const bytes, bytes_in(root, name));
    crypto::Sha256Digest digest{};
    if (bytes.size() != digest.size()) return damaged();
    std::ranges::copy(bytes, digest.begin());
    return digest;
}

Result<std::vector<std::string>> texts_in(json::Value root, std::string_view name) {
    std::vector<std::string> texts;
    auto const list = root.member(name);
    if (!list) return texts;
    if (!list->is_array()) return damaged();
    for (auto const value : list->elements()) {
        if (!value.is_string()) return damaged();
        texts.push_back(value.text());
    }
    return texts;
}

Result<request::DevicePosture> device_in(json::Value root, std::string_view name) {
    auto const posture = request::parse_device_posture(root.member(name));
    if (!posture) return damaged();
    return *posture;
}

bool is_true(json::Value root, std::string_view name) {
    auto const member = root.member(name);
    return member && member->is_boolean() && member->boolean();
}

void write_time(json::Writer& writer, std::string_view name, WallTime time) {
    writer.key(name).integer(to_unix_seconds(time));
}

void write_bytes(json::Writer& writer, std::string_view name, BytesView bytes) {
    writer.key(name).string(to_base64url(bytes));
}

void write_texts(json::Writer& writer, std::string_view name, std::vector<std::string> const& all) {
    if (all.empty()) return;
    writer.key(name).begin_array();
    for (auto const& each : all) writer.string(each);
    writer.end_array();
}

void write_text(json::Writer& writer, std::string_view name, std::string_view text) {
    if (!text.empty()) writer.key(name).string(text);
}

void write_flag(json::Writer& writer, std::string_view name, bool value) {
    if (value) writer.key(name).boolean(true);
}

}  // namespace salus::identity
