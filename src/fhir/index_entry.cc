// Layout, integers big-endian:
//   u8 version | text8 type | text8 id | u64 last updated | group*
//   group: text8 parameter | u8 ParameterType | u16 number of values | u32 bytes of values | value*
//   value: token     u8 implied system (0, 1) | text16 system | text16 code
//          date      u64 start | u64 end (both two's complement)
//          string    text16 folded | text16 exact
//          reference text16 (Type/id without version, or an absolute address); uri text16
//   textN: its length as an N-bit number, then UTF-8.
#include "fhir/index_entry.h"

#include <limits>
#include <string>

#include "fhir/contents.h"
#include "fhir/fold.h"
#include "fhir/path.h"
#include "fhir/reference.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kGroupHeader = 1 + 2 + 4;  // after the name

// Whole characters only.
std::string_view clipped(std::string_view text) {
    if (text.size() <= limits::kIndexTextBytes) return text;
    auto end = limits::kIndexTextBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

void append_text8(Bytes& out, std::string_view text) {
    out.push_back(static_cast<std::uint8_t>(text.size()));
    append(out, bytes_of(text));
}

void append_text16(Bytes& out, std::string_view whole) {
    auto const text = clipped(whole);
    append_u16(out, static_cast<std::uint16_t>(text.size()));
    append(out, bytes_of(text));
}

std::optional<TimeRange> range_of(std::optional<json::Value> value) {
    if (!value || !value->is_string()) return std::nullopt;
    auto const parsed = parse_date_time(value->text());
    if (!parsed) return std::nullopt;
    return parsed->range;
}

// Writes the values of one parameter.
class Group {
public:
    Group(Bytes& out, ParameterType type) : out_(out), type_(type) {}
    [[nodiscard]] std::size_t count() const { return count_; }

    void add(json::Value value, SearchPath const& path) {
        auto const leaf = path.leaf->name.text();
        switch (type_) {
            case ParameterType::token: return add_token(value, leaf);
            case ParameterType::date: return add_date(value, leaf);
            case ParameterType::string: return add_string(value, leaf);
            case ParameterType::reference: return add_reference(value, path.target);
            case ParameterType::uri: return text(value);
        }
    }

private:
    void token(std::string_view system, std::string_view code, bool implied) {
        if (system.empty() && code.empty()) return;
        out_.push_back(implied ? 1 : 0);
        append_text16(out_, system);
        append_text16(out_, code);
        ++count_;
    }
    void coded(json::Value value, std::string_view code_member) {
        token(value.text_member("system").value_or(""), value.text_member(code_member).value_or(""),
              false);
    }
    void add_token(json::Value value, std::string_view leaf) {
        if (value.is_boolean()) return token("", value.raw(), true);
        if (value.is_string()) return token("", value.text(), leaf == "code");
        if (leaf == "Coding") return coded(value, "code");
        if (leaf == "Identifier") return coded(value, "value");
        if (leaf == "ContactPoint") return token("", value.text_member("value").value_or(""), true);
        auto const codings = value.member("coding");
        if (!codings || !codings->is_array()) return;
        for (auto const coding : codings->elements()) coded(coding, "code");
    }

    void date(std::optional<TimeRange> range) {
        if (!range) return;
        append_u64(out_, static_cast<std::uint64_t>(range->start));
        append_u64(out_, static_cast<std::uint64_t>(range->end));
        ++count_;
    }
    // An open side is without bound.
    void period(json::Value value) {
        auto const start = range_of(value.member("start"));
        auto const end = range_of(value.member("end"));
        if (!start && !end) return;
        date(TimeRange{start ? start->start : std::numeric_limits<std::int64_t>::min(),
                       end ? end->end : std::numeric_limits<std::int64_t>::max()});
    }
    void add_date(json::Value value, std::string_view leaf) {
        if (value.is_string()) return date(range_of(value));
        if (leaf == "Period") return period(value);
        if (auto const events = value.member("event"); events && events->is_array()) {
            for (auto const event : events->elements()) date(range_of(event));
        }
        auto const repeat = value.member("repeat");
        if (!repeat) return;
        if (auto const bounds = repeat->member("boundsPeriod")) period(*bounds);
    }

    void string(json::Value value) {
        if (value.is_array()) {
            for (auto const each : value.elements()) string(each);
            return;
        }
        if (!value.is_string()) return;
        auto const exact = value.text();
        append_text16(out_, fold(clipped(exact)));
        append_text16(out_, exact);
        ++count_;
    }
    void add_string(json::Value value, std::string_view leaf) {
        if (value.is_string()) return string(value);
        constexpr std::string_view kName[] = {"text", "family", "given", "prefix", "suffix"};
        constexpr std::string_view kAddress[] = {"text",  "line",       "city",   "district",
                                                 "state", "postalCode", "country"};
        auto const parts = leaf == "HumanName" ? std::span<std::string_view const>(kName)
                                               : std::span<std::string_view const>(kAddress);
        for (auto const part : parts) {
            if (auto const member = value.member(part)) string(*member);
        }
    }

    void text(json::Value value) {
        if (!value.is_string()) return;
        append_text16(out_, value.text());
        ++count_;
    }
    void add_reference(json::Value value, Type const* target) {
        if (value.is_string()) return text(value);
        auto const reference = value.text_member("reference");
        if (!reference || reference->starts_with('#')) return;
        auto const local = parse_local_reference(*reference);
        auto const written =
            local ? std::string(local->type->name.text()) + "/" + std::string(local->id)
                  : *reference;
        auto const named =
            target == nullptr ? std::string() : "/" + std::string(target->name.text()) + "/";
        if (target != nullptr &&
            (local ? local->type != target : reference->find(named) == std::string::npos))
            return;
        append_text16(out_, written);
        ++count_;
    }

    Bytes& out_;
    ParameterType type_;
    std::size_t count_ = 0;
};

Result<void> append_group(Bytes& entry, json::Value root, SearchParameter const& parameter) {
    Bytes values;
    Group group(values, parameter.type);
    for (auto const& path : parameter.paths)
        for_each_value(root, path, [&](json::Value value) { group.add(value, path); });
    if (group.count() == 0) return {};
    if (group.count() > std::numeric_limits<std::uint16_t>::max() ||
        entry.size() + values.size() > limits::kIndexEntryBytes)
        return fail(Errc::too_large, "too many values to index in one resource");
    append_text8(entry, parameter.name.text());
    entry.push_back(static_cast<std::uint8_t>(parameter.type));
    append_u16(entry, static_cast<std::uint16_t>(group.count()));
    append_u32(entry, static_cast<std::uint32_t>(values.size()));
    append(entry, values);
    return {};
}

// Takes a text with a one-byte length from the front; false if it is not there.
bool take_text8(BytesView& bytes, std::string_view& text) noexcept {
    if (bytes.empty() || bytes.size() < 1U + bytes[0]) return false;
    text = text_of(bytes.subspan(1, bytes[0]));
    bytes = bytes.subspan(1U + bytes[0]);
    return true;
}

struct GroupHeader {
    std::string_view name;
    std::uint8_t type;
    std::uint16_t count;
    BytesView values;
};

bool take_group(BytesView& bytes, GroupHeader& group) noexcept {
    if (!take_text8(bytes, group.name) || bytes.size() < kGroupHeader) return false;
    group.type = bytes[0];
    group.count = read_u16(bytes.subspan(1));
    auto const size = read_u32(bytes.subspan(3));
    bytes = bytes.subspan(kGroupHeader);
    if (bytes.size() < size) return false;
    group.values = bytes.first(size);
    bytes = bytes.subspan(size);
    return group.type <= static_cast<std::uint8_t>(ParameterType::uri);
}

}  // namespace

Result<Ephi<Bytes>> make_index_entry(ResourceView const& resource, WallTime last_updated) {
    auto const id = resource.id();
    if (!id) return fail(Errc::invalid, "a resource without id cannot be indexed");
    Bytes entry{kVersion};
    append_text8(entry, resource.type().name.text());
    append_text8(entry, *id);
    append_u64(entry, static_cast<std::uint64_t>(last_updated.time_since_epoch().count()));
    auto const root = Contents::of(resource);
    for (auto const& parameter : resource.type().search_parameters)
        SALUS_TRY_VOID(append_group(entry, root, parameter));
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

Result<EntryView> EntryView::decode(BytesView bytes) {
    EntryView view;
    if (bytes.empty() || bytes[0] != kVersion)
        return fail(Errc::corrupt, "index entry of an unknown version");
    bytes = bytes.subspan(1);
    if (!take_text8(bytes, view.type_) || !take_text8(bytes, view.id_) || bytes.size() < 8)
        return fail(Errc::corrupt, "index entry is damaged");
    view.last_updated_ = static_cast<std::int64_t>(read_u64(bytes));
    view.groups_ = bytes.subspan(8);
    GroupHeader group{};
    for (auto rest = view.groups_; !rest.empty();) {
        if (!take_group(rest, group)) return fail(Errc::corrupt, "index entry is damaged");
    }
    return view;
}

std::optional<ValueReader> EntryView::find(std::string_view parameter) const noexcept {
    GroupHeader group{};
    for (auto rest = groups_; !rest.empty();) {
        if (!take_group(rest, group)) return std::nullopt;
        if (group.name == parameter)
            return ValueReader(static_cast<ParameterType>(group.type), group.count, group.values);
    }
    return std::nullopt;
}

}  // namespace salus::fhir
