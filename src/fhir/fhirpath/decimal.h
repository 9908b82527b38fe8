// Decimal: an exact decimal number, digits * 10^-scale, as FHIRPath and FHIR have them: 1.0 keeps
// its scale and equals 1.00. 38 digits at most; what needs more is nothing, never an approximation
// (https://hl7.org/fhirpath/N1/#decimal asks for 28). Thread safety: values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salus::fhir::fhirpath {

__extension__ using Int128 = __int128;

class Decimal {
public:
    static constexpr int kMaxScale = 37;
    // Of the quotient of a division that does not end.
    static constexpr int kQuotientScale = 16;

    constexpr Decimal() = default;
    constexpr Decimal(std::int64_t integer)
        : digits_(integer) {}  // NOLINT(google-explicit-constructor)
    // Digits, a fraction, and an exponent, as JSON and FHIRPath write numbers.
    [[nodiscard]] static std::optional<Decimal> parse(std::string_view text) noexcept;
    // To 15 significant digits; nothing if it is not a number or beyond the range.
    [[nodiscard]] static std::optional<Decimal> from_double(double value);
    // 10^-scale. REQUIRES: 0 <= scale <= kMaxScale.
    [[nodiscard]] static Decimal unit_of(int scale) noexcept;

    // Digits after the point, as written.
    [[nodiscard]] int scale() const noexcept { return scale_; }
    [[nodiscard]] bool is_zero() const noexcept { return digits_ == 0; }
    [[nodiscard]] bool is_negative() const noexcept { return digits_ < 0; }
    [[nodiscard]] std::string text() const;
    [[nodiscard]] double to_double() const noexcept;
    // The whole part, toward zero; nothing beyond 64 bits.
    [[nodiscard]] std::optional<std::int64_t> truncated() const noexcept;
    [[nodiscard]] bool is_whole() const noexcept;

    enum class Rounding : std::uint8_t { half_away, down, up };  // down: to less, up: to more
    // With exactly this scale, if that fits.
    [[nodiscard]] std::optional<Decimal> with_scale(int scale, Rounding rounding) const noexcept;
    // Without zeros at the end of the fraction.
    [[nodiscard]] Decimal shortest() const noexcept;
    [[nodiscard]] Decimal negated() const noexcept;

    [[nodiscard]] static std::optional<Decimal> add(Decimal a, Decimal b) noexcept;
    [[nodiscard]] static std::optional<Decimal> multiply(Decimal a, Decimal b) noexcept;
    // Nothing if b is zero.
    [[nodiscard]] static std::optional<Decimal> divide(Decimal a, Decimal b) noexcept;
    // The remainder has the sign of a.
    [[nodiscard]] static std::optional<Decimal> remainder(Decimal a, Decimal b) noexcept;
    // Exact. REQUIRES: exponent >= 0.
    [[nodiscard]] static std::optional<Decimal> power(Decimal base, std::int64_t exponent) noexcept;

    friend std::strong_ordering operator<=>(Decimal a, Decimal b) noexcept;
    friend bool operator==(Decimal a, Decimal b) noexcept { return (a <=> b) == 0; }

private:
    constexpr Decimal(Int128 digits, int scale) : digits_(digits), scale_(scale) {}

    Int128 digits_ = 0;
    std::int32_t scale_ = 0;
};

}  // namespace salus::fhir::fhirpath
