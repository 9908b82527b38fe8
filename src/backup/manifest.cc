#include "backup/manifest.h"

#include <algorithm>

#include "foundation/backup_limits.h"
#include "json/canonical.h"
#include "json/document.h"

namespace salus::backup {
namespace {

constexpr std::string_view kPurpose = "salus-backup-manifest-v1\n";
constexpr std::size_t kNameBytes = 512;

Error not_a_manifest() {
    return {Errc::corrupt, "the manifest was changed or is not whole"};
}

// What is signed says what it is for, so that no other signature of the key fits here.
Bytes signed_text(std::string_view json) {
    Bytes text;
    append(text, bytes_of(kPurpose));
    append(text, bytes_of(json));
    return text;
}

std::string hex_or_nothing(std::optional<crypto::Sha256Digest> const& digest) {
    return digest ? to_hex(*digest) : std::string();
}

// Members in the order of their names; each text is checked by the encoder.
class Encoder {
public:
    Encoder& text(std::string_view name, std::string_view value) {
        key(name);
        if (json::append_json_text(out_, value) != json::Encoding::complete) valid_ = false;
        return *this;
    }
    Encoder& number(std::string_view name, std::uint64_t value) {
        key(name);
        if (value > static_cast<std::uint64_t>(json::kLargestInteger)) valid_ = false;
        json::append_json_integer(out_, valid_ ? value : 0);
        return *this;
    }
    Encoder& open(std::string_view name) {
        key(name);
        out_.push_back('[');
        return *this;
    }
    Encoder& begin() {
        if (out_.ends_with('}')) out_.push_back(',');
        out_.push_back('{');
        return *this;
    }
    Encoder& end() {
        out_.push_back('}');
        return *this;
    }
    Encoder& close() {
        out_.push_back(']');
        return *this;
    }
    [[nodiscard]] Result<std::string> take() {
        if (!valid_) return fail(Errc::invalid, "a manifest cannot say this");
        return std::move(out_);
    }

private:
    void key(std::string_view name) {
        if (!out_.ends_with('{')) out_.push_back(',');
        out_.append("\"").append(name).append("\":");
    }

    std::string out_;
    bool valid_ = true;
};

Result<std::string> encode(Manifest const& manifest, BytesView signer) {
    Encoder encoder;
    encoder.begin().number("backup", manifest.backup).open("files");
    for (auto const& file : manifest.files) {
        if (!is_file_name(file.name)) return fail(Errc::invalid, "a manifest cannot say this");
        encoder.begin()
            .text("name", file.name)
            .text("root", to_hex(file.tree.root))
            .number("size", file.tree.size)
            .end();
    }
    encoder.close().number("format", 1).text("keys", hex_or_nothing(manifest.keys)).open("logs");
    for (auto const& log : manifest.logs) {
        encoder.begin()
            .number("begin", log.begin)
            .text("root", to_hex(log.root))
            .number("size", log.size)
            .text("tenant", log.tenant.text())
            .end();
    }
    return encoder.close()
        .text("part", name_of(manifest.part).text())
        .number("point", static_cast<std::uint64_t>(manifest.point))
        .text("previous", hex_or_nothing(manifest.previous))
        .text("realm", manifest.realm)
        .text("signer", to_base64(signer))
        .end()
        .take();
}

std::optional<crypto::Sha256Digest> digest_member(json::Value value, std::string_view name) {
    auto const bytes = from_hex(value.text_member(name).value_or(""));
    if (!bytes || bytes->size() != sizeof(crypto::Sha256Digest)) return std::nullopt;
    crypto::Sha256Digest digest{};
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

std::uint64_t number_member(json::Value value, std::string_view name) {
    auto const member = value.member(name);
    auto const number = member ? member->integer() : std::nullopt;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(number.value_or(0), 0));
}

std::vector<FileEntry> files_of(json::Value root) {
    std::vector<FileEntry> files;
    auto const member = root.member("files");
    if (!member || !member->is_array() || member->size() > limits::kBackupFiles) return files;
    for (auto const each : member->elements()) {
        files.push_back({.name = each.text_member("name").value_or(""),
                         .tree = {.size = number_member(each, "size"),
                                  .root = digest_member(each, "root").value_or(BlockName{})}});
    }
    return files;
}

std::vector<LogEntry> logs_of(json::Value root) {
    std::vector<LogEntry> logs;
    auto const member = root.member("logs");
    if (!member || !member->is_array()) return logs;
    for (auto const each : member->elements()) {
        logs.push_back({.tenant = TenantName(each.text_member("tenant").value_or("")),
                        .begin = number_member(each, "begin"),
                        .size = number_member(each, "size"),
                        .root = digest_member(each, "root").value_or(crypto::Sha256Digest{})});
    }
    return logs;
}

// What the members say, absent ones as nothing: open_manifest() writes it again and compares, so
// that only what sign() makes passes.
Manifest read_members(json::Value root) {
    Manifest manifest;
    manifest.part = root.text_member("part") == "keys" ? Part::keys : Part::data;
    manifest.backup = number_member(root, "backup");
    manifest.realm = root.text_member("realm").value_or("");
    manifest.point = static_cast<std::int64_t>(number_member(root, "point"));
    manifest.files = files_of(root);
    manifest.logs = logs_of(root);
    manifest.previous = digest_member(root, "previous");
    manifest.keys = digest_member(root, "keys");
    return manifest;
}

}  // namespace

bool is_file_name(std::string_view name) noexcept {
    auto const plain = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.' || c == '/';
    };
    if (name.empty() || name.size() > kNameBytes || !std::ranges::all_of(name, plain)) return false;
    // A name begins with no dot, so neither ".." nor a hidden file; none is empty.
    return name.front() != '/' && name.front() != '.' && name.back() != '/' &&
           !name.contains("//") && !name.contains("/.");
}

Result<Bytes> sign(Manifest const& manifest, crypto::SigningKey const& key) {
    SALUS_TRY(auto json, encode(manifest, key.verifying_key().spki()));
    auto const signature = to_base64(key.sign(signed_text(json)));
    json.append("\n").append(signature).append("\n");
    if (json.size() > limits::kBackupManifestBytes) {
        return fail(Errc::too_large, "the manifest is too large");
    }
    auto const bytes = bytes_of(json);
    return Bytes(bytes.begin(), bytes.end());
}

Result<OpenedManifest> open_manifest(BytesView bytes,
                                     std::optional<crypto::VerifyingKey> const& pin) {
    auto const text = text_of(bytes);
    auto const line = text.find('\n');
    if (line == std::string_view::npos || !text.ends_with('\n')) return fail(not_a_manifest());
    auto const json = text.substr(0, line);
    auto const signature = from_base64(text.substr(line + 1, text.size() - line - 2));
    json::Parser parser;
    auto const document = parser.parse(std::string(json));
    if (!signature || !document || !document->root().is_object()) return fail(not_a_manifest());
    auto const spki = from_base64(document->root().text_member("signer").value_or(""));
    if (!spki) return fail(not_a_manifest());
    auto signer = crypto::VerifyingKey::from_spki(*spki);
    if (!signer) return fail(not_a_manifest());
    if (pin && pin->spki() != *spki) {
        return fail(Errc::forbidden, "the backup is signed by another key than the pinned one");
    }
    if (!signer->verify(crypto::SignatureAlgorithm::es256, signed_text(json), *signature)) {
        return fail(Errc::corrupt, "the manifest's signature is wrong");
    }
    auto manifest = read_members(document->root());
    auto const again = encode(manifest, *spki);
    if (!again || *again != json) return fail(not_a_manifest());
    return OpenedManifest{std::move(manifest), *std::move(signer), crypto::sha256(bytes)};
}

}  // namespace salus::backup
