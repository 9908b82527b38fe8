#include "records/name_entry.h"

namespace salus::records {
namespace {

constexpr std::string_view kMagic = "SN\x01";
constexpr std::size_t kClassAt = 3;
constexpr std::size_t kTypeSizeAt = 4;
constexpr std::size_t kTypeAt = 8;
// Of those that stand in the identity compartment.
std::optional<DocumentClass> named_class(std::uint8_t number) {
    auto const document_class = static_cast<DocumentClass>(number);
    switch (document_class) {
        case DocumentClass::client:
        case DocumentClass::replay_guard:
        case DocumentClass::definitions:
        case DocumentClass::condition_guard:
        case DocumentClass::key_governance:
        case DocumentClass::revocation:
        case DocumentClass::user:
        case DocumentClass::session:
        case DocumentClass::authorization:
        case DocumentClass::grant:
        case DocumentClass::sign_in:
        case DocumentClass::policy: return document_class;
        case DocumentClass::resource:
        case DocumentClass::deletion: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Bytes encode_name(DocumentClass document_class, std::string_view type, std::string_view id) {
    Bytes entry;
    entry.reserve(kTypeAt + type.size() + id.size());
    append(entry, bytes_of(kMagic));
    entry.push_back(static_cast<std::uint8_t>(document_class));
    append_u32(entry, static_cast<std::uint32_t>(type.size()));
    append(entry, bytes_of(type));
    append(entry, bytes_of(id));
    return entry;
}

Result<DocumentLabel> decode_name(BytesView entry) {
    constexpr Literal kWhy = "a document's name cannot be read";
    if (entry.size() < kTypeAt || text_of(entry.first(kMagic.size())) != kMagic) {
        return fail(Errc::corrupt, kWhy);
    }
    auto const known = named_class(entry[kClassAt]);
    auto const type_size = read_u32(entry.subspan(kTypeSizeAt));
    if (!known || type_size > entry.size() - kTypeAt) {
        return fail(Errc::corrupt, kWhy);
    }
    return DocumentLabel{.document_class = *known,
                         .type = std::string(text_of(entry.subspan(kTypeAt, type_size))),
                         .id = std::string(text_of(entry.subspan(kTypeAt + type_size)))};
}

}  // namespace salus::records
