#include "sample_data/clinical_tables.h"

namespace salus::sample_data {
namespace {

constexpr Literal kCvx{"http://hl7.org/fhir/sid/cvx"};

constexpr Vaccine kInfluenza{
    {kCvx, "140", "Influenza, seasonal, injectable, preservative free"}, 6, 12 * 120, 120};

// After the schedule of the Advisory Committee on Immunization Practices, simplified.
constexpr Vaccine kVaccines[] = {
    {{kCvx, "08", "Hep B, adolescent or pediatric"}, 0, 12, 3},
    {{kCvx, "119", "rotavirus, monovalent"}, 2, 8, 2},
    {{kCvx, "20", "DTaP"}, 2, 72, 5},
    {{kCvx, "49", "Hib (PRP-OMP)"}, 2, 18, 3},
    {{kCvx, "133", "Pneumococcal conjugate PCV 13"}, 2, 18, 4},
    {{kCvx, "10", "IPV"}, 2, 72, 4},
    {{kCvx, "03", "MMR"}, 12, 72, 2},
    {{kCvx, "21", "varicella"}, 12, 72, 2},
    {{kCvx, "83", "Hep A, ped/adol, 2 dose"}, 12, 36, 2},
    {{kCvx, "115", "Tdap"}, 11 * 12, 13 * 12, 1},
    {{kCvx, "62", "HPV, quadrivalent"}, 11 * 12, 15 * 12, 2},
    {{kCvx, "114", "meningococcal MCV4P"}, 11 * 12, 18 * 12, 2},
    {{kCvx, "113", "Td (adult) preservative free"}, 21 * 12, 120 * 12, 1},
    {{kCvx, "121", "zoster"}, 60 * 12, 75 * 12, 1},
    {{kCvx, "33", "pneumococcal polysaccharide vaccine, 23 valent"}, 65 * 12, 80 * 12, 1},
};

}  // namespace

std::span<Vaccine const> vaccines() noexcept {
    return kVaccines;
}
Vaccine const& influenza_vaccine() noexcept {
    return kInfluenza;
}

}  // namespace salus::sample_data
