#include "fhir/index_entry.h"

#include <limits>
#include <string>

#include "fhir/contents.h"
#include "fhir/index_expressions.h"
#include "fhir/index_values.h"
#include "fhir/loaded_values.h"
#include "fhir/path.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

constexpr std::uint8_t kOldestVersion = 1;
constexpr std::size_t kListHeader = 1 + 2 + 4;
constexpr std::size_t kTimeBytes = 8;
// Most entries are no longer, so that they are allocated once.
constexpr std::size_t kUsualBytes = 2048;
// What append_implied() writes.
constexpr std::string_view kImpliedGroup = "_security:of-type";

ValueWriter values_of(json::Value root, SearchParameter const& parameter) {
    ValueWriter values(parameter.type);
    for (auto const& path : parameter.paths)
        for_each_value(root, path, [&](json::Value value) { values.add(value, path); });
    if (!parameter.expression.empty()) add_expression_values(values, root, parameter);
    for (auto const& tuple : parameter.tuples) {
        SearchPath const place{tuple.steps, nullptr, nullptr, 0, {}, {}};
        for_each_value(root, place, [&](json::Value at) { values.add_tuple(root, at, tuple); });
    }
    return values;
}

struct GroupName {
    std::string_view mark;
    std::string_view parameter;
    std::string_view behind;
};

Result<void> append_group(Bytes& entry, GroupName const& name, ValueWriter const& values) {
    if (values.count() == 0) return {};
    if (values.count() > std::numeric_limits<std::uint16_t>::max() ||
        entry.size() + values.size() > limits::kIndexEntryBytes)
        return fail(Errc::too_large, "too many values to index in one resource");
    entry.push_back(
        static_cast<std::uint8_t>(name.mark.size() + name.parameter.size() + name.behind.size()));
    for (auto const part : {name.mark, name.parameter, name.behind}) append(entry, bytes_of(part));
    values.append_to(entry);
    return {};
}

Result<void> append_groups(Bytes& entry, std::string_view mark, SearchParameter const& parameter,
                           ValueWriter values) {
    auto const name = parameter.name.text();
    SALUS_TRY_VOID(append_group(entry, {mark, name, ""}, values));
    bool const reference = parameter.type == ParameterType::reference;
    return append_group(entry, {mark, name, reference ? ":identifier" : ":of-type"},
                        std::move(values).beside());
}

// Also if there are none: then it is known that there are none.
Result<void> append_implied(Bytes& entry, ResourceView const& resource, LabelMap const& map) {
    if (map.of == nullptr) return {};
    ValueWriter values(ParameterType::token);
    values.add_code(map.digest);
    for (auto const label : implied_labels(resource, map)) values.add_code(label);
    return append_group(entry, {"", kSecurityParameter, ":of-type"}, values);
}

// The stamp first: whoever opens the entry asks for it at once.
Result<void> append_loaded(Bytes& entry, Type const& type, json::Value root,
                           LoadedParameters const* loaded) {
    TypeParameters const parameters(type, loaded);
    if (parameters.loaded().empty()) return {};
    append_text8(entry, stamp_group(parameters.stamp()));
    ValueWriter(ParameterType::token).append_to(entry);
    LoadedValues finder(root);
    for (auto const& parameter : parameters.loaded())
        SALUS_TRY_VOID(append_groups(entry, kLoadedMark, parameter, finder.find(parameter)));
    return {};
}

// Takes a text with a one-byte length from the front; false if it is not there.
bool take_text8(BytesView& bytes, std::string_view& text) noexcept {
    if (bytes.empty() || bytes.size() < 1U + bytes[0]) return false;
    text = text_of(bytes.subspan(1, bytes[0]));
    bytes = bytes.subspan(1U + bytes[0]);
    return true;
}

// Takes a list, header and all.
bool take_list(BytesView& bytes, BytesView& list) noexcept {
    if (bytes.size() < kListHeader) return false;
    auto const size = kListHeader + read_u32(bytes.subspan(3));
    if (bytes.size() < size) return false;
    list = bytes.first(size);
    bytes = bytes.subspan(size);
    return list[0] < static_cast<std::uint8_t>(ParameterType::special);
}

}  // namespace

std::string stamp_group(std::string_view stamp) {
    return std::string(kStampMark).append(stamp);
}

bool is_stamp(std::string_view group, std::string_view stamp) noexcept {
    return !stamp.empty() && group.starts_with(kStampMark) && group.substr(1) == stamp;
}

Result<Ephi<Bytes>> make_index_entry(ResourceView const& resource, WallTime last_updated,
                                     LoadedParameters const* loaded, LabelMap const& map) {
    auto const id = resource.id();
    if (!id) return fail(Errc::invalid, "a resource without id cannot be indexed");
    Bytes entry;
    entry.reserve(kUsualBytes);
    entry.push_back(kIndexEntryVersion);
    append_text8(entry, resource.type().name.text());
    append_text8(entry, *id);
    append_u64(entry, static_cast<std::uint64_t>(last_updated.time_since_epoch().count()));
    auto const root = Contents::of(resource);
    SALUS_TRY_VOID(append_loaded(entry, resource.type(), root, loaded));
    for (auto const& parameter : resource.type().search_parameters) {
        SALUS_TRY_VOID(append_groups(entry, "", parameter, values_of(root, parameter)));
        if (parameter.name.text() == kSecurityParameter)
            SALUS_TRY_VOID(append_implied(entry, resource, map));
    }
    return Ephi<Bytes>(std::move(entry));
}

std::uint8_t ValueReader::take_byte() noexcept {
    if (bytes_.empty()) return 0;
    auto const byte = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return byte;
}

std::string_view ValueReader::take_text() noexcept {
    if (bytes_.size() < 2 || bytes_.size() < 2U + read_u16(bytes_)) {
        bytes_ = {};
        return {};
    }
    auto const size = read_u16(bytes_);
    auto const text = text_of(bytes_.subspan(2, size));
    bytes_ = bytes_.subspan(2U + size);
    return text;
}

TokenValue ValueReader::token() noexcept {
    took();
    bool const implied = take_byte() == 1;
    auto const system = take_text();
    return {system, take_text(), implied};
}

TimeRange ValueReader::date() noexcept {
    took();
    if (bytes_.size() < 16) return {};
    TimeRange const range{static_cast<std::int64_t>(read_u64(bytes_)),
                          static_cast<std::int64_t>(read_u64(bytes_.subspan(8)))};
    bytes_ = bytes_.subspan(16);
    return range;
}

StringValue ValueReader::string() noexcept {
    took();
    auto const folded = take_text();
    return {folded, take_text()};
}

std::string_view ValueReader::text() noexcept {
    took();
    return take_text();
}

NumberValue ValueReader::number() noexcept {
    took();
    auto const low = take_text();
    return {low, take_text()};
}

QuantityValue ValueReader::quantity() noexcept {
    auto const range = number();
    auto const system = take_text();
    auto const code = take_text();
    return {range, system, code, take_text()};
}

std::uint8_t ValueReader::tuple() noexcept {
    took();
    return take_byte();
}

ValueReader ValueReader::component() noexcept {
    BytesView list;
    auto reader = take_list(bytes_, list) ? fhir::values_of(list) : std::nullopt;
    if (reader) return *reader;
    bytes_ = {};
    return {ParameterType::token, 0, {}};
}

bool take_group(BytesView& groups, EntryGroup& group) noexcept {
    return take_text8(groups, group.name) && take_list(groups, group.values);
}

std::optional<ValueReader> values_of(BytesView values) noexcept {
    // Of a type without values a reader would take nothing, and never come to the end.
    bool const known = values.size() >= kListHeader &&
                       values[0] < static_cast<std::uint8_t>(ParameterType::special);
    if (!known) return std::nullopt;
    return ValueReader(static_cast<ParameterType>(values[0]), read_u16(values.subspan(1)),
                       values.subspan(kListHeader));
}

Result<EntryView> EntryView::decode(BytesView bytes) {
    EntryView view;
    if (bytes.empty() || bytes[0] != kIndexEntryVersion)
        return fail(Errc::corrupt, "index entry of an unknown version");
    bytes = bytes.subspan(1);
    if (!take_text8(bytes, view.type_) || !take_text8(bytes, view.id_) || bytes.size() < 8)
        return fail(Errc::corrupt, "index entry is damaged");
    view.last_updated_ = static_cast<std::int64_t>(read_u64(bytes));
    view.groups_ = bytes.subspan(8);
    return view;
}

std::optional<ValueReader> EntryView::find(std::string_view parameter) const noexcept {
    EntryGroup group;
    for (auto rest = groups_; !rest.empty();) {
        if (!take_group(rest, group)) return std::nullopt;
        if (group.name == parameter) return values_of(group.values);
    }
    return std::nullopt;
}

std::optional<OutdatedEntry> outdated(BytesView bytes, LoadedParameters const* loaded) noexcept {
    if (bytes.empty() || bytes[0] < kOldestVersion || bytes[0] > kIndexEntryVersion)
        return std::nullopt;
    bool const present = bytes[0] == kIndexEntryVersion;
    if (present && loaded == nullptr) return std::nullopt;
    OutdatedEntry entry;
    bytes = bytes.subspan(1);
    if (!take_text8(bytes, entry.type) || !take_text8(bytes, entry.id)) return std::nullopt;
    if (!present) return entry;
    auto const* type = find_resource_type(entry.type);
    auto const stamp = type == nullptr ? std::string_view() : TypeParameters(*type, loaded).stamp();
    if (stamp.empty() || bytes.size() < kTimeBytes) return std::nullopt;
    bytes = bytes.subspan(kTimeBytes);
    EntryGroup first;
    bool const current = take_group(bytes, first) && is_stamp(first.name, stamp);
    return current ? std::nullopt : std::optional(entry);
}

bool tells_labels(EntryView const& entry, LabelMap const& map) noexcept {
    auto values = entry.find(kImpliedGroup);
    bool const readable = values && values->type() == ParameterType::token && values->left() > 0;
    return readable && values->token().code == map.digest;
}

}  // namespace salus::fhir
