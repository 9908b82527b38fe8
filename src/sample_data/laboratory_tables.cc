#include "sample_data/laboratory_tables.h"

namespace salus::sample_data {
namespace {

constexpr Unit kMilligramsPerDecilitre{"mg/dL", "mg/dL"};
constexpr Unit kMillimolesPerLitre{"mmol/L", "mmol/L"};
constexpr Unit kPercent{"%", "%"};
constexpr Unit kGramsPerDecilitre{"g/dL", "g/dL"};
constexpr Unit kThousandsPerMicrolitre{"10*3/uL", "10*3/uL"};
constexpr Unit kMillionsPerMicrolitre{"10*6/uL", "10*6/uL"};

constexpr LaboratoryTest kMetabolic[] = {
    {{kLoinc, "2339-0", "Glucose [Mass/volume] in Blood"}, kMilligramsPerDecilitre, 0, 70, 99, 210},
    {{kLoinc, "6299-2", "Urea nitrogen [Mass/volume] in Blood"},
     kMilligramsPerDecilitre,
     0,
     7,
     20,
     40},
    {{kLoinc, "38483-4", "Creatinine [Mass/volume] in Blood"},
     kMilligramsPerDecilitre,
     2,
     60,
     120,
     190},
    {{kLoinc, "49765-1", "Calcium [Mass/volume] in Blood"},
     kMilligramsPerDecilitre,
     1,
     86,
     102,
     104},
    {{kLoinc, "2947-0", "Sodium [Moles/volume] in Blood"}, kMillimolesPerLitre, 0, 136, 144, 145},
    {{kLoinc, "6298-4", "Potassium [Moles/volume] in Blood"}, kMillimolesPerLitre, 1, 36, 51, 54},
    {{kLoinc, "2069-3", "Chloride [Moles/volume] in Blood"}, kMillimolesPerLitre, 0, 98, 107, 110},
    {{kLoinc, "20565-8", "Carbon dioxide, total [Moles/volume] in Blood"},
     kMillimolesPerLitre,
     0,
     22,
     29,
     30},
};
constexpr LaboratoryTest kLipid[] = {
    {{kLoinc, "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"},
     kMilligramsPerDecilitre,
     0,
     130,
     199,
     280},
    {{kLoinc, "2571-8", "Triglyceride [Mass/volume] in Serum or Plasma"},
     kMilligramsPerDecilitre,
     0,
     60,
     149,
     320},
    {{kLoinc, "18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay"},
     kMilligramsPerDecilitre,
     0,
     60,
     129,
     200},
    {{kLoinc, "2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"},
     kMilligramsPerDecilitre,
     0,
     40,
     75,
     60},
};
constexpr LaboratoryTest kBloodCount[] = {
    {{kLoinc, "6690-2", "Leukocytes [#/volume] in Blood by Automated count"},
     kThousandsPerMicrolitre,
     1,
     40,
     108,
     180},
    {{kLoinc, "789-8", "Erythrocytes [#/volume] in Blood by Automated count"},
     kMillionsPerMicrolitre,
     2,
     410,
     570,
     560},
    {{kLoinc, "718-7", "Hemoglobin [Mass/volume] in Blood"}, kGramsPerDecilitre, 1, 121, 172, 160},
    {{kLoinc, "4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count"},
     kPercent,
     1,
     361,
     503,
     480},
    {{kLoinc, "777-3", "Platelets [#/volume] in Blood by Automated count"},
     kThousandsPerMicrolitre,
     0,
     150,
     400,
     420},
};
constexpr LaboratoryTest kDiabetes[] = {
    {{kLoinc, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"}, kPercent, 1, 45, 56, 95},
};

constexpr LaboratoryPanel kMetabolicPanel{{kLoinc, "51990-0", "Basic metabolic panel - Blood"},
                                          kMetabolic};
constexpr LaboratoryPanel kLipidPanel{
    {kLoinc, "57698-3", "Lipid panel with direct LDL - Serum or Plasma"}, kLipid};
constexpr LaboratoryPanel kBloodCountPanel{
    {kLoinc, "58410-2", "CBC panel - Blood by Automated count"}, kBloodCount};
constexpr LaboratoryPanel kDiabetesPanel{
    {kLoinc, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"}, kDiabetes};

}  // namespace

LaboratoryPanel const& metabolic_panel() noexcept {
    return kMetabolicPanel;
}
LaboratoryPanel const& lipid_panel() noexcept {
    return kLipidPanel;
}
LaboratoryPanel const& blood_count_panel() noexcept {
    return kBloodCountPanel;
}
LaboratoryPanel const& diabetes_panel() noexcept {
    return kDiabetesPanel;
}

}  // namespace salus::sample_data
