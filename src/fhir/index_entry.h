// Index entries: what a search inside a compartment needs to know of a resource, without the
// resource. One compact, versioned entry for each resource, sealed by others; a search opens the
// entries of a compartment (thousands) and looks into them through EntryView and EntryTable, which
// copy nothing. Holds every parameter that the definitions can evaluate, with type, id
// and time of the last update; beside a parameter, what its modifiers :of-type and :identifier look
// at.
//
// An entry is ePHI. Layout: docs/formats/index-entry.md. Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/date_time.h"
#include "fhir/implied_labels.h"
#include "fhir/loaded_parameters.h"
#include "fhir/resource.h"
#include "foundation/bytes.h"
#include "foundation/clock.h"
#include "foundation/ephi.h"
#include "foundation/result.h"

namespace salus::fhir {

// Of the layout. DO NOT CHANGE: on disk.
inline constexpr std::uint8_t kIndexEntryVersion = 2;

// Indexed texts are cut at limits::kIndexTextBytes; what lies behind cannot be searched.
// Errc::invalid: the resource has no id. Errc::too_large: beyond limits::kIndexEntryBytes.
// `loaded`: parameters of packages that are indexed too; nullptr: none. `map`: what the entry says
// of the labels that codes imply; by default it does not know.
[[nodiscard]] Result<Ephi<Bytes>> make_index_entry(ResourceView const& resource,
                                                   WallTime last_updated,
                                                   LoadedParameters const* loaded = nullptr,
                                                   LabelMap const& map = {});

// The parameter of security labels; what its codes imply stands beside its values, where no search
// looks (ColumnSide::beside): the map's digest, then the labels, as tokens without a system.
inline constexpr std::string_view kSecurityParameter = "_security";

// Names of groups begin with a mark where they are of packages: a parameter's, and the stamp, whose
// group has no values. No name of FHIR's own begins so.
inline constexpr std::string_view kLoadedMark = "+";
inline constexpr std::string_view kStampMark = "#";
[[nodiscard]] std::string stamp_group(std::string_view stamp);
[[nodiscard]] bool is_stamp(std::string_view group, std::string_view stamp) noexcept;

struct TokenValue {
    std::string_view system;
    std::string_view code;
    // A code, whose system its element implies: it is not compared.
    bool implied_system;
};
struct StringValue {
    std::string_view folded;
    std::string_view exact;
};
// Keys (fhir/decimal.h) of the least and the greatest number that is meant; equal for one number.
struct NumberValue {
    std::string_view low;
    std::string_view high;
};
struct QuantityValue {
    NumberValue number;
    std::string_view system;
    std::string_view code;
    std::string_view unit;
};

// Reads values one after the other. What is not there reads as empty and ends the list.
class ValueReader {
public:
    ValueReader(ParameterType type, std::uint16_t count, BytesView bytes)
        : type_(type), left_(count), bytes_(bytes) {}
    [[nodiscard]] ParameterType type() const noexcept { return type_; }
    [[nodiscard]] std::uint16_t left() const noexcept { return left_; }
    // REQUIRES: left() > 0, and the type's own form.
    [[nodiscard]] TokenValue token() noexcept;
    [[nodiscard]] TimeRange date() noexcept;
    [[nodiscard]] StringValue string() noexcept;
    [[nodiscard]] std::string_view text() noexcept;  // reference, uri
    [[nodiscard]] NumberValue number() noexcept;
    [[nodiscard]] QuantityValue quantity() noexcept;
    // The components of the next tuple of a composite, each a list by itself.
    [[nodiscard]] std::uint8_t tuple() noexcept;
    // REQUIRES: as many calls as tuple() said, right after it.
    [[nodiscard]] ValueReader component() noexcept;

private:
    [[nodiscard]] std::string_view take_text() noexcept;
    [[nodiscard]] std::uint8_t take_byte() noexcept;
    void took() noexcept { --left_; }

    ParameterType type_;
    std::uint16_t left_;
    BytesView bytes_;
};

// The values of one parameter where they stand in an entry.
struct EntryGroup {
    std::string_view name;  // of the parameter; ":of-type" or ":identifier" may follow
    BytesView values;       // what values_of() reads
};

// Takes the next group from the front; false at the end and where the bytes are damaged.
[[nodiscard]] bool take_group(BytesView& groups, EntryGroup& group) noexcept;
[[nodiscard]] std::optional<ValueReader> values_of(BytesView values) noexcept;

// Borrows the opened bytes.
class EntryView {
public:
    // Errc::corrupt: another version of the layout, or damaged.
    [[nodiscard]] static Result<EntryView> decode(BytesView bytes);

    [[nodiscard]] std::string_view type() const noexcept { return type_; }
    [[nodiscard]] std::string_view id() const noexcept { return id_; }
    // Nanoseconds since the Unix epoch.
    [[nodiscard]] std::int64_t last_updated() const noexcept { return last_updated_; }
    [[nodiscard]] BytesView groups() const noexcept { return groups_; }
    // Nothing if the resource has no value for this parameter.
    [[nodiscard]] std::optional<ValueReader> find(std::string_view parameter) const noexcept;

private:
    EntryView() = default;
    std::string_view type_;
    std::string_view id_;
    std::int64_t last_updated_ = 0;
    BytesView groups_;
};

// Whether an entry was made by an earlier layout, or not with the parameters that packages bring
// for its type. Then only type and id may be read from it, and the resource has to be indexed
// again.
struct OutdatedEntry {
    std::string_view type;
    std::string_view id;
};
[[nodiscard]] std::optional<OutdatedEntry> outdated(
    BytesView bytes, LoadedParameters const* loaded = nullptr) noexcept;

// Whether an entry says what codes imply by this map. One that does not can be searched; whoever
// judges by labels has to look at its resource.
[[nodiscard]] bool tells_labels(EntryView const& entry, LabelMap const& map) noexcept;

}  // namespace salus::fhir
